import type { Principal } from '../auth/principal'

/** A key, a person or a grant, in the team that it acts for: what this process keeps for one it gives to no other. */
export function callerOf({ kind, id, team }: Principal): string {
  return `${kind} ${id} ${team.id}`
}

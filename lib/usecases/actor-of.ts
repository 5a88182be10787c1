import type { Principal } from '../auth/principal'
import type { Actor } from '../engine/events'

/** How a principal appears in the log of a run. */
export function actorOf(principal: Principal): Actor {
  return { kind: principal.kind, id: principal.id, name: principal.name }
}

import { forTeam } from '../db/team-context'
import type { Action } from './permissions'
import type { Principal } from './principal'

/**
 * Serves a caller that was let in: whatever `work` reads and writes, PostgreSQL shows it only the rows of the
 * caller's team. Every door does its work in here: routes, tools and streams.
 */
export function actFor<T>(principal: Principal, work: () => T): T {
  return forTeam(principal.team.id, work)
}

/**
 * Whether what is asked for is the caller's own account. That concerns all teams of the person, so it is not done for one of
 * them: its statements bind it to the person.
 */
export function isOwnAffair(action: Action): boolean {
  return action.startsWith('self:')
}

/** {@link actFor} for frames: they are asked for time and again, long after the request came. */
export async function* framesFor<Frames>(
  principal: Principal,
  frames: AsyncGenerator<Frames, void, undefined>,
): AsyncGenerator<Frames, void, undefined> {
  try {
    for (;;) {
      const next = await actFor(principal, () => frames.next())
      if (next.done) return
      yield next.value
    }
  } finally {
    await actFor(principal, () => frames.return())
  }
}

import type { Principal } from '../auth/principal'
import type { Actor } from '../engine/events'

/** How a principal appears in the log of a run. */
export function actorOf(principal: Principal): Actor {
  // A program that acts for a person is named as such; in the log it is what a key is.
  const kind = principal.kind === 'oauth' ? 'api_key' : principal.kind
  return { kind, id: principal.id, name: principal.name }
}

import type { Principal } from '../auth/principal'
import { AppError } from '../errors'
import type { Id } from '../ids'

/** The person who is signed in with a browser. Throws `forbidden` for a key or a program: accounts are nothing of theirs. */
export function requirePerson(principal: Principal): Principal & { sessionId: Id } {
  const { kind, sessionId } = principal
  if (kind === 'user' && sessionId !== undefined) return { ...principal, sessionId }
  throw new AppError('forbidden', 'Only a person who is signed in with a browser can do this.')
}

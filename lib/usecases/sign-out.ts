import { forgetIdentities } from '../auth/identities'
import { revokeSession } from '../db/sessions'
import type { Id } from '../ids'

/** Ends a session: at once in this process, within two seconds in others. The cookie is worthless from then on. Idempotent. */
export async function signOut(of: { sessionId: Id }): Promise<void> {
  await revokeSession(of.sessionId)
  forgetIdentities()
}

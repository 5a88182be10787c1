import { verifyPassword } from '../auth/password'
import { countSignIn, forgetSignInsOf } from '../auth/rate-limit'
import { deleteOldSessions, insertSession } from '../db/sessions'
import { findUserForSignIn } from '../db/users'
import { AppError } from '../errors'
import type { Id } from '../ids'

/** A session ends after this, however busy; the cookie lives exactly as long. */
export const SESSION_ABSOLUTE_MS = 14 * 24 * 60 * 60 * 1000

/** A person who has just signed in. */
export interface SignedIn {
  userId: Id
  sessionId: Id
  name: string
  email: string
}

/**
 * Opens a session for the right e-mail and password. Throws `unauthenticated` with one and the same sentence, after the same
 * work, whether the account is unknown, disabled, in no team, or the password wrong; `rate_limited` before any of it.
 */
export async function signIn(attempt: {
  email: string
  password: string
  address: string
  userAgent: string
}): Promise<SignedIn> {
  const { email, password, address, userAgent } = attempt
  await countSignIn({ address, email })
  const user = await findUserForSignIn(storable(email))
  const opens = await verifyPassword(user?.passwordHash ?? null, password)
  if (!opens || user === null || user.disabledAt !== null || user.teamId === null) {
    throw new AppError('unauthenticated', 'The e-mail or the password is not right.')
  }
  await forgetSignInsOf(email)
  return openSession({ userId: user.id, teamId: user.teamId, name: user.name, email: user.email, userAgent })
}

/** Opens a session for somebody whose identity is already proven. */
export async function openSession(of: {
  userId: Id
  teamId: Id
  name: string
  email: string
  userAgent: string
}): Promise<SignedIn> {
  const { userId, teamId, name, email, userAgent } = of
  const expiresAt = new Date(Date.now() + SESSION_ABSOLUTE_MS)
  const session = await insertSession({ userId, teamId, expiresAt, userAgent })
  await deleteOldSessions() // whoever comes in sweeps: the table holds the last weeks and no more
  return { userId, sessionId: session.id, name, email }
}

/** An address as PostgreSQL can compare it: no U+0000, and no longer than an address can be. Anything else is nobody's. */
function storable(email: string): string {
  return email.length > 320 || email.includes('\0') ? '' : email
}

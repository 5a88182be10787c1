import { plainAddress, UNKNOWN_ADDRESS } from '../auth/client-address'
import { verifyPassword } from '../auth/password'
import { countSignIn, forgetSignInsOf } from '../auth/rate-limit'
import { type AuditBy, recordAudit } from '../db/audit'
import { deleteOldSessions, insertSession } from '../db/sessions'
import { inTransaction } from '../db/transaction'
import { findUserForSignIn } from '../db/users'
import { AppError } from '../errors'
import type { Id } from '../ids'
import { log } from '../log'

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
    if (user?.teamId)
      noteRefusal({ ...user, teamId: user.teamId, address, reason: opens ? 'disabled' : 'wrong_password' })
    throw new AppError('unauthenticated', 'The e-mail or the password is not right.')
  }
  await forgetSignInsOf(email)
  const { id: userId, teamId, name } = user
  return openSession({ userId, teamId, name, email: user.email, userAgent, address, means: 'password' })
}

/** Opens a session for somebody whose identity is already proven. */
export async function openSession(of: {
  userId: Id
  teamId: Id
  name: string
  email: string
  userAgent: string
  address: string
  /** How the identity was proven. */
  means: 'password' | 'set_up' | 'invitation' | 'reset_link'
}): Promise<SignedIn> {
  const { userId, teamId, name, email, userAgent, address, means } = of
  const expiresAt = new Date(Date.now() + SESSION_ABSOLUTE_MS)
  const session = await inTransaction(async (tx) => {
    const made = await insertSession({ userId, teamId, expiresAt, userAgent }, tx)
    await recordAudit(tx, {
      ...auditByPerson({ teamId, id: userId, name, address }),
      action: 'session.created',
      target: { type: 'session', id: made.id, name },
      details: { means },
    })
    return made
  })
  await deleteOldSessions() // whoever comes in sweeps: the table holds the last weeks and no more
  return { userId, sessionId: session.id, name, email }
}

/**
 * Records that somebody tried to come in as this person. What was typed is not kept. Nobody waits for it: the refusal must not
 * take longer for an account that exists.
 */
function noteRefusal(of: { id: Id; name: string; teamId: Id; address: string; reason: string }): void {
  const { id, name, teamId, address, reason } = of
  inTransaction((client) =>
    recordAudit(client, {
      ...auditByPerson({ teamId, id: null, name: 'Somebody', address }),
      action: 'session.refused',
      target: { type: 'member', id, name },
      details: { reason },
    }),
  ).catch((error: unknown) => log.warn({ err: error }, 'a refused sign-in could not be recorded'))
}

function auditByPerson(of: { teamId: Id; id: Id | null; name: string; address: string }): AuditBy {
  const { teamId, id, name, address } = of
  const kind = id === null ? 'anonymous' : 'user'
  return {
    teamId,
    actor: { kind, id, name },
    requestId: null,
    ip: address === UNKNOWN_ADDRESS ? null : plainAddress(address),
  }
}

/** An address as PostgreSQL can compare it: no U+0000, and no longer than an address can be. Anything else is nobody's. */
function storable(email: string): string {
  return email.length > 320 || email.includes('\0') ? '' : email
}

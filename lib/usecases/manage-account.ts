import type { OwnSession } from '../api/contracts/account'
import { SESSION_IDLE_MS } from '../auth/authenticate'
import { forgetIdentities } from '../auth/identities'
import { hashPassword, verifyPassword } from '../auth/password'
import type { Principal } from '../auth/principal'
import { countPasswordChange } from '../auth/rate-limit'
import { auditBy, recordAudit } from '../db/audit'
import { deleteResetLinksOf } from '../db/reset-links'
import { listSessionsOf, revokeSessionOf, revokeSessionsOf } from '../db/sessions'
import { inTransaction } from '../db/transaction'
import { findPasswordHash, setPasswordHash } from '../db/users'
import { AppError } from '../errors'
import type { Id } from '../ids'
import { requirePerson } from './require-person'

// An account is of no team: what is done here is done to the rows of the person who asks, and of nobody else.

/**
 * Changes the caller's password and ends every other session of theirs. Throws `validation_failed` for a wrong present one and
 * for a new one that is too short or too long, `rate_limited` after five attempts a minute.
 */
export async function changePassword(of: { principal: Principal; current: string; next: string }): Promise<void> {
  const { userId, sessionId } = requirePerson(of.principal)
  await countPasswordChange(userId)
  if (!(await verifyPassword(await findPasswordHash(userId), of.current))) throw wrongPassword()
  const passwordHash = await hashPassword(of.next, 'new_password')
  await inTransaction(async (tx) => {
    await setPasswordHash(userId, passwordHash, tx)
    await deleteResetLinksOf(userId, tx)
    await revokeSessionsOf({ userId, keep: sessionId }, tx)
    await recordAudit(tx, {
      ...auditBy(of.principal),
      action: 'password.changed',
      target: { type: 'member', id: userId, name: of.principal.name },
    })
  })
  forgetIdentities()
}

/** Where the caller is signed in, the last used first. */
export async function listOwnSessions(of: {
  principal: Principal
}): Promise<{ items: OwnSession[]; next_cursor: null }> {
  const { userId, sessionId } = requirePerson(of.principal)
  const rows = await listSessionsOf({ userId, idleMs: SESSION_IDLE_MS })
  const items = rows.map((row) => ({
    id: row.id,
    user_agent: row.userAgent,
    team: row.teamName,
    created_at: row.createdAt.toISOString(),
    last_seen_at: row.lastSeenAt.toISOString(),
    expires_at: row.expiresAt.toISOString(),
    is_current: row.id === sessionId,
  }))
  return { items, next_cursor: null }
}

/** Ends a session of the caller: at once in this process, within two seconds in others. Throws `not_found`. */
export async function endOwnSession(of: { principal: Principal; sessionId: Id }): Promise<void> {
  const { principal, sessionId } = of
  const { userId } = requirePerson(principal)
  await inTransaction(async (tx) => {
    if (!(await revokeSessionOf({ userId, sessionId }, tx))) {
      throw new AppError('not_found', 'There is no such session of yours.')
    }
    await recordAudit(tx, {
      ...auditBy(principal),
      action: 'session.revoked',
      target: { type: 'session', id: sessionId, name: principal.name },
    })
  })
  forgetIdentities()
}

function wrongPassword(): AppError {
  const message = 'This is not your present password.'
  return new AppError('validation_failed', message, { errors: [{ path: 'current_password', message }] })
}

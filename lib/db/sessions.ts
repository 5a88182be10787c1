import type { Role } from '../auth/permissions'
import { newId } from '../ids'
import { pool, prisma } from './client'

/** A signed-in browser with everything that decides what it may do, as of one moment. */
export interface SessionIdentityRow {
  sessionId: string
  createdAt: Date
  lastSeenAt: Date
  expiresAt: Date
  revokedAt: Date | null
  userId: string
  userName: string
  email: string
  disabledAt: Date | null
  /** Null: no longer a member of the session's team. */
  role: Role | null
  teamId: string
  teamName: string
  teamSlug: string
}

const IDENTITY = `
  SELECT s.id AS "sessionId", s.created_at AS "createdAt", s.last_seen_at AS "lastSeenAt", s.expires_at AS "expiresAt",
         s.revoked_at AS "revokedAt", u.id AS "userId", u.name AS "userName", u.email, u.disabled_at AS "disabledAt",
         m.role::text AS role, t.id AS "teamId", t.name AS "teamName", t.slug AS "teamSlug"
    FROM sessions s
    JOIN users u ON u.id = s.user_id
    JOIN teams t ON t.id = s.team_id
    LEFT JOIN memberships m ON m.team_id = s.team_id AND m.user_id = s.user_id
   WHERE s.id = $1`

/** The session with its person, team and current role. On the path of every page and call, so a prepared statement. */
export async function findSessionIdentity(sessionId: string): Promise<SessionIdentityRow | null> {
  const { rows } = await pool().query<SessionIdentityRow>({
    name: 'session-identity',
    text: IDENTITY,
    values: [sessionId],
  })
  return rows[0] ?? null
}

/** A new session that ends at `expiresAt` whatever happens. Its id is not a secret: the cookie that carries it is sealed. */
export async function insertSession(session: {
  userId: string
  teamId: string
  expiresAt: Date
  userAgent: string
}): Promise<{ id: string }> {
  const id = newId()
  await prisma().session.create({ data: { id, ...session, userAgent: session.userAgent.slice(0, 300) } })
  return { id }
}

/** Notes that the session was used; at most once a minute whoever asks. */
export async function touchSession(sessionId: string): Promise<void> {
  await pool().query({
    name: 'session-touch',
    text: `UPDATE sessions SET last_seen_at = now() WHERE id = $1 AND last_seen_at < now() - interval '55 seconds'`,
    values: [sessionId],
  })
}

/** Ends one session. Idempotent; true when it was this call that ended it. */
export async function revokeSession(sessionId: string): Promise<boolean> {
  const ended = await prisma().session.updateMany({
    where: { id: sessionId, revokedAt: null },
    data: { revokedAt: new Date() },
  })
  return ended.count === 1
}

/** Removes sessions that ended more than 30 days ago, so that the table does not grow for ever. */
export async function deleteOldSessions(): Promise<number> {
  const before = new Date(Date.now() - 30 * 24 * 60 * 60 * 1000)
  const gone = await prisma().session.deleteMany({
    where: { OR: [{ expiresAt: { lt: before } }, { revokedAt: { lt: before } }] },
  })
  return gone.count
}

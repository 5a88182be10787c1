import type { PoolClient } from 'pg'
import type { Role } from '../auth/permissions'
import { type Id, newId } from '../ids'
import { recordAudit } from './audit'
import { pool, prisma } from './client'
import { inTransaction } from './transaction'

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
export async function insertSession(
  session: { userId: string; teamId: string; expiresAt: Date; userAgent: string },
  client: Pick<PoolClient, 'query'> = pool(),
): Promise<{ id: string }> {
  const id = newId()
  const { userId, teamId, expiresAt, userAgent } = session
  await client.query(
    'INSERT INTO sessions (id, user_id, team_id, expires_at, user_agent) VALUES ($1, $2, $3, $4, $5)',
    [id, userId, teamId, expiresAt, userAgent.slice(0, 300)],
  )
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

/** Ends one session, because its person leaves. Idempotent; true when it was this call that ended it. */
export async function revokeSession(sessionId: string): Promise<boolean> {
  return inTransaction(async (client) => {
    const { rows } = await client.query<{ teamId: Id; id: Id; name: string }>(
      `UPDATE sessions s SET revoked_at = now() FROM users u WHERE s.id = $1 AND s.revoked_at IS NULL AND u.id = s.user_id
       RETURNING s.team_id AS "teamId", u.id, u.name`,
      [sessionId],
    )
    const ended = rows[0]
    if (ended === undefined) return false
    const { teamId, id, name } = ended
    const actor = { kind: 'user', id, name } as const
    const target = { type: 'session', id: sessionId, name }
    await recordAudit(client, { teamId, actor, requestId: null, ip: null, action: 'session.ended', target })
    return true
  })
}

/** A place where a person is signed in, as they see it. */
export interface OwnSessionRow {
  id: Id
  userAgent: string
  teamName: string
  createdAt: Date
  lastSeenAt: Date
  expiresAt: Date
}

/** The sessions of a person that stand, the last used first. */
export async function listSessionsOf(of: { userId: Id; idleMs: number }): Promise<OwnSessionRow[]> {
  const { rows } = await pool().query<OwnSessionRow>(
    `SELECT s.id, s.user_agent AS "userAgent", t.name AS "teamName", s.created_at AS "createdAt",
            s.last_seen_at AS "lastSeenAt", s.expires_at AS "expiresAt"
       FROM sessions s JOIN teams t ON t.id = s.team_id
      WHERE s.user_id = $1 AND s.revoked_at IS NULL AND s.expires_at > now()
        AND s.last_seen_at > now() - $2 * interval '1 millisecond'
      ORDER BY s.last_seen_at DESC, s.id DESC LIMIT 100`,
    [of.userId, of.idleMs],
  )
  return rows
}

/** Ends one session of this person. False: they have no such session. */
export async function revokeSessionOf(of: { userId: Id; sessionId: Id }, client: PoolClient): Promise<boolean> {
  const { rowCount } = await client.query(
    'UPDATE sessions SET revoked_at = coalesce(revoked_at, now()) WHERE id = $2 AND user_id = $1',
    [of.userId, of.sessionId],
  )
  return rowCount === 1
}

/** Ends every session of a person but the one that is kept. */
export async function revokeSessionsOf(of: { userId: Id; keep?: Id | undefined }, client: PoolClient): Promise<void> {
  await client.query(
    'UPDATE sessions SET revoked_at = now() WHERE user_id = $1 AND id IS DISTINCT FROM $2 AND revoked_at IS NULL',
    [of.userId, of.keep ?? null],
  )
}

/** Turns a session to another team of its person. False: they are no member there, or the session has ended. */
export async function turnSession(
  of: { sessionId: Id; userId: Id; teamId: Id },
  client?: PoolClient,
): Promise<boolean> {
  const { rowCount } = await (client ?? pool()).query(
    `UPDATE sessions s SET team_id = $3 WHERE s.id = $1 AND s.user_id = $2 AND s.revoked_at IS NULL
        AND EXISTS (SELECT 1 FROM memberships m WHERE m.team_id = $3 AND m.user_id = $2)`,
    [of.sessionId, of.userId, of.teamId],
  )
  return rowCount === 1
}

/** Removes sessions that ended more than 30 days ago, so that the table does not grow for ever. */
export async function deleteOldSessions(): Promise<number> {
  const before = new Date(Date.now() - 30 * 24 * 60 * 60 * 1000)
  const gone = await prisma().session.deleteMany({
    where: { OR: [{ expiresAt: { lt: before } }, { revokedAt: { lt: before } }] },
  })
  return gone.count
}

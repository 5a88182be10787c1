import type { PoolClient } from 'pg'
import type { Id } from '../ids'
import { pool } from './client'

/** A program that acts for a person, as people see it. */
export interface GrantRow {
  id: Id
  clientId: string
  clientName: string
  userId: Id
  userName: string
  scopes: string[]
  createdAt: Date
  lastUsedAt: Date | null
}

const GRANT = `SELECT g.id, g.client_id AS "clientId", g.client_name AS "clientName", g.user_id AS "userId", u.name AS "userName",
  g.scopes, g.created_at AS "createdAt", g.last_used_at AS "lastUsedAt"
  FROM oauth_grants g JOIN users u ON u.id = g.user_id WHERE g.team_id = $1`
/** A consent whose codes and tokens have all expired opens nothing any more. */
const STANDS = `g.revoked_at IS NULL AND EXISTS (SELECT 1 FROM oauth_tokens t
  WHERE t.grant_id = g.id AND t.expires_at > now() AND (t.kind = 'access' OR t.used_at IS NULL))`

/** What stands in a team, of one person or of all, newest first. */
export async function listGrantRows(of: { teamId: Id; userId: Id | undefined }): Promise<GrantRow[]> {
  const { rows } = await pool().query<GrantRow>(
    `${GRANT} AND ($2::uuid IS NULL OR g.user_id = $2) AND ${STANDS} ORDER BY g.created_at DESC, g.id DESC LIMIT 500`,
    [of.teamId, of.userId ?? null],
  )
  return rows
}

/** One grant of the team, ended or not. */
export async function findGrant(of: { teamId: Id; grantId: Id }, client: PoolClient): Promise<GrantRow | undefined> {
  const { rows } = await client.query<GrantRow>(`${GRANT} AND g.id = $2`, [of.teamId, of.grantId])
  return rows[0]
}

/** Ends a grant and every token of it. False: it had ended before. */
export async function endGrant(of: { teamId: Id; grantId: Id }, client: PoolClient): Promise<boolean> {
  const { rowCount } = await client.query(
    'UPDATE oauth_grants SET revoked_at = now() WHERE team_id = $1 AND id = $2 AND revoked_at IS NULL',
    [of.teamId, of.grantId],
  )
  return rowCount === 1
}

/** Notes that a program called; at most once a minute whoever asks. */
export async function touchGrant(grantId: Id): Promise<void> {
  await pool().query({
    name: 'grant-touch',
    text: `UPDATE oauth_grants SET last_used_at = now()
            WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '55 seconds')`,
    values: [grantId],
  })
}

import type { PoolClient } from 'pg'
import type { Role } from '../auth/permissions'
import { type Id, newId } from '../ids'
import { pool } from './client'

/** Makes the one link by which a person may choose a new password; those before it are good no more. */
export async function replaceResetLink(
  link: { userId: Id; teamId: Id; tokenHash: Uint8Array; createdBy: Id; expiresAt: Date },
  client: PoolClient,
): Promise<void> {
  await deleteResetLinksOf(link.userId, client)
  await client.query(
    `INSERT INTO reset_links (id, user_id, team_id, token_hash, created_by, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
    [newId(), link.userId, link.teamId, link.tokenHash, link.createdBy, link.expiresAt],
  )
}

export async function deleteResetLinksOf(userId: Id, client: PoolClient): Promise<void> {
  await client.query('DELETE FROM reset_links WHERE user_id = $1', [userId])
}

/** Whose password a link opens. */
export interface ResetRow {
  userId: Id
  name: string
  email: string
  teamId: Id
  /** What the maker of the link and the person are in the team now; null: nothing any more. */
  makerRole: Role | null
  role: Role | null
}

/** The link with this hash that still stands, locked until the transaction ends when `client` is given. */
export async function findResetLink(tokenHash: Uint8Array, client?: PoolClient): Promise<ResetRow | undefined> {
  const { rows } = await (client ?? pool()).query<ResetRow>(
    `SELECT u.id AS "userId", u.name, u.email, l.team_id AS "teamId", k.role::text AS "makerRole", m.role::text AS role
       FROM reset_links l JOIN users u ON u.id = l.user_id AND u.disabled_at IS NULL
       LEFT JOIN users c ON c.id = l.created_by AND c.disabled_at IS NULL
       LEFT JOIN memberships k ON k.team_id = l.team_id AND k.user_id = c.id
       LEFT JOIN memberships m ON m.team_id = l.team_id AND m.user_id = u.id
      WHERE l.token_hash = $1 AND l.expires_at > now()${client ? ' FOR UPDATE OF l' : ''}`,
    [tokenHash],
  )
  return rows[0]
}

/** The roles of both in every team of the person: whoever opens an account opens it everywhere. */
export async function rolesInTeamsOf(
  of: { userId: Id; makerId: Id },
  client: PoolClient,
): Promise<{ role: Role; makerRole: Role | null }[]> {
  const { rows } = await client.query<{ role: Role; makerRole: Role | null }>(
    `SELECT m.role::text AS role, k.role::text AS "makerRole"
       FROM memberships m LEFT JOIN memberships k ON k.team_id = m.team_id AND k.user_id = $2 WHERE m.user_id = $1`,
    [of.userId, of.makerId],
  )
  return rows
}

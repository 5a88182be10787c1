import type { PoolClient } from 'pg'
import type { Role } from '../auth/permissions'
import { type Id, newId } from '../ids'
import { pool } from './client'
import { decodeCursor, pageOf } from './cursor'

/** A place in a team that waits for somebody. */
export interface InvitationRow {
  id: Id
  email: string
  name: string
  role: Role
  invitedBy: Id
  inviterName: string
  createdAt: Date
  expiresAt: Date
}

const OPEN = `SELECT i.id, i.email, i.name, i.role::text AS role, i.invited_by AS "invitedBy", coalesce(u.name, '') AS "inviterName",
  i.created_at AS "createdAt", i.expires_at AS "expiresAt"
  FROM invitations i LEFT JOIN users u ON u.id = i.invited_by WHERE i.team_id = $1 AND i.ended_at IS NULL AND i.expires_at > now()`

/** Invitations of a team that can still be taken, newest first. */
export async function listInvitationRows(of: {
  teamId: Id
  limit: number
  cursor?: string | undefined
}): Promise<{ rows: InvitationRow[]; nextCursor: string | null }> {
  const after = of.cursor === undefined ? undefined : decodeCursor(of.cursor)
  const { rows } = await pool().query<InvitationRow>({
    name: 'list_invitations',
    text: `${OPEN} AND ($2::timestamptz IS NULL OR (i.created_at, i.id) < ($2, $3::uuid))
           ORDER BY i.created_at DESC, i.id DESC LIMIT $4`,
    values: [of.teamId, after?.at ?? null, after?.id ?? null, of.limit + 1],
  })
  return pageOf(rows, of.limit, ({ createdAt, id }) => ({ at: createdAt, id }))
}

/** One that can still be taken; undefined otherwise. */
export async function findInvitation(
  of: { teamId: Id; invitationId: Id },
  client?: PoolClient,
): Promise<InvitationRow | undefined> {
  const { rows } = await (client ?? pool()).query<InvitationRow>(`${OPEN} AND i.id = $2`, [of.teamId, of.invitationId])
  return rows[0]
}

export async function countInvitations(teamId: Id, client: PoolClient): Promise<number> {
  const { rows } = await client.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM invitations WHERE team_id = $1 AND ended_at IS NULL AND expires_at > now()',
    [teamId],
  )
  return rows[0]?.n ?? 0
}

export async function insertInvitation(
  invitation: {
    teamId: Id
    email: string
    name: string
    role: Role
    tokenHash: Uint8Array
    invitedBy: Id
    expiresAt: Date
  },
  client: PoolClient,
): Promise<Id> {
  const { teamId, email, name, role, tokenHash, invitedBy, expiresAt } = invitation
  const id = newId()
  await client.query(
    `INSERT INTO invitations (id, team_id, email, name, role, token_hash, invited_by, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [id, teamId, email, name, role, tokenHash, invitedBy, expiresAt],
  )
  return id
}

/** Ends what was open for an address: there is a newer link, or the person is in. */
export async function endInvitationsOf(of: { teamId: Id; email: string }, client: PoolClient): Promise<void> {
  await client.query('UPDATE invitations SET ended_at = now() WHERE team_id = $1 AND email = $2 AND ended_at IS NULL', [
    of.teamId,
    of.email,
  ])
}

/** False: it was not open. */
export async function endInvitation(of: { teamId: Id; invitationId: Id }, client: PoolClient): Promise<boolean> {
  const { rowCount } = await client.query(
    'UPDATE invitations SET ended_at = now() WHERE team_id = $1 AND id = $2 AND ended_at IS NULL AND expires_at > now()',
    [of.teamId, of.invitationId],
  )
  return rowCount === 1
}

/** What the bearer of a link is offered. */
export interface OfferRow {
  id: Id
  teamId: Id
  teamName: string
  email: string
  name: string
  role: Role
  /** The role that the inviter has there now; null: none any more. */
  inviterRole: Role | null
  inviterName: string
}

/** The open invitation of a link, locked until the transaction ends when `client` is given. */
export async function findOffer(tokenHash: Uint8Array, client?: PoolClient): Promise<OfferRow | undefined> {
  const { rows } = await (client ?? pool()).query<OfferRow>(
    `SELECT i.id, i.team_id AS "teamId", t.name AS "teamName", i.email, i.name, i.role::text AS role,
            m.role::text AS "inviterRole", coalesce(u.name, '') AS "inviterName"
       FROM invitations i JOIN teams t ON t.id = i.team_id
       LEFT JOIN users u ON u.id = i.invited_by AND u.disabled_at IS NULL
       LEFT JOIN memberships m ON m.team_id = i.team_id AND m.user_id = u.id
      WHERE i.token_hash = $1 AND i.ended_at IS NULL AND i.expires_at > now()${client ? ' FOR NO KEY UPDATE OF i' : ''}`,
    [tokenHash],
  )
  return rows[0]
}

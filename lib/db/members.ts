import type { PoolClient } from 'pg'
import type { Role } from '../auth/permissions'
import { type Id, newId } from '../ids'
import { pool } from './client'
import { decodeCursor, pageOf } from './cursor'

/** A person in a team. */
export interface MemberRow {
  userId: Id
  userName: string
  email: string
  disabledAt: Date | null
  role: Role
  team: { id: Id; name: string; slug: string }
}

/** The membership of whoever has this e-mail address: in the named team, or in the only one. Null otherwise. */
export async function findMemberByEmail(email: string, teamId: string | undefined): Promise<MemberRow | null> {
  const { rows } = await pool().query<MemberRow>({
    name: 'member_by_email',
    text: `SELECT u.id AS "userId", u.name AS "userName", u.email, u.disabled_at AS "disabledAt", m.role,
             json_build_object('id', t.id, 'name', t.name, 'slug', t.slug) AS team
           FROM users u JOIN memberships m ON m.user_id = u.id JOIN teams t ON t.id = m.team_id
           WHERE u.email = lower($1) AND ($2::text IS NULL OR t.id::text = $2 OR t.slug = $2) LIMIT 2`,
    values: [email.trim(), teamId ?? null],
  })
  return rows.length === 1 ? (rows[0] ?? null) : null
}

/** A member as the team sees them. */
export interface TeamMemberRow {
  userId: Id
  name: string
  email: string
  role: Role
  joinedAt: Date
  /** Of the sessions in this team; null when there was none lately. */
  lastSeenAt: Date | null
  isDisabled: boolean
}

const MEMBER = `SELECT u.id AS "userId", u.name, u.email, m.role::text AS role, m.created_at AS "joinedAt",
  (SELECT max(s.last_seen_at) FROM sessions s WHERE s.user_id = u.id AND s.team_id = m.team_id) AS "lastSeenAt",
  u.disabled_at IS NOT NULL AS "isDisabled"
  FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.team_id = $1`

/** The members of a team, who joined first comes first. */
export async function listMemberRows(of: {
  teamId: Id
  limit: number
  cursor?: string | undefined
}): Promise<{ rows: TeamMemberRow[]; nextCursor: string | null }> {
  const after = of.cursor === undefined ? undefined : decodeCursor(of.cursor)
  const { rows } = await pool().query<TeamMemberRow>({
    name: 'list_members',
    text: `${MEMBER} AND ($2::timestamptz IS NULL OR (m.created_at, m.user_id) > ($2, $3::uuid))
           ORDER BY m.created_at, m.user_id LIMIT $4`,
    values: [of.teamId, after?.at ?? null, after?.id ?? null, of.limit + 1],
  })
  return pageOf(rows, of.limit, ({ joinedAt, userId }) => ({ at: joinedAt, id: userId }))
}

/** One member; undefined when the team has no such person. */
export async function findTeamMember(
  of: { teamId: Id; userId: Id },
  client?: PoolClient,
): Promise<TeamMemberRow | undefined> {
  const { rows } = await (client ?? pool()).query<TeamMemberRow>(`${MEMBER} AND m.user_id = $2`, [of.teamId, of.userId])
  return rows[0]
}

/** Makes whoever changes who is in the team wait for each other, so that what they checked still holds when they write. */
export async function lockTeam(teamId: Id, client: PoolClient): Promise<void> {
  await client.query('SELECT 1 FROM teams WHERE id = $1 FOR NO KEY UPDATE', [teamId])
}

/** The role of a person in a team now; null: none, or the account is disabled. */
export async function roleOf(of: { teamId: Id; userId: Id }, client: PoolClient): Promise<Role | null> {
  const { rows } = await client.query<{ role: Role }>(
    `SELECT m.role::text AS role FROM memberships m JOIN users u ON u.id = m.user_id AND u.disabled_at IS NULL
      WHERE m.team_id = $1 AND m.user_id = $2`,
    [of.teamId, of.userId],
  )
  return rows[0]?.role ?? null
}

/** Whether the team would have an owner who can sign in without this person. */
export async function hasAnotherOwner(of: { teamId: Id; userId: Id }, client: PoolClient): Promise<boolean> {
  const { rowCount } = await client.query(
    `SELECT 1 FROM memberships m JOIN users u ON u.id = m.user_id AND u.disabled_at IS NULL
      WHERE m.team_id = $1 AND m.user_id <> $2 AND m.role = 'owner' LIMIT 1`,
    [of.teamId, of.userId],
  )
  return rowCount === 1
}

/** False: the person is a member already. */
export async function insertMember(of: { teamId: Id; userId: Id; role: Role }, client: PoolClient): Promise<boolean> {
  const { rowCount } = await client.query(
    `INSERT INTO memberships (id, team_id, user_id, role) VALUES ($1, $2, $3, $4) ON CONFLICT (team_id, user_id) DO NOTHING`,
    [newId(), of.teamId, of.userId, of.role],
  )
  return rowCount === 1
}

export async function setRole(of: { teamId: Id; userId: Id; role: Role }, client: PoolClient): Promise<void> {
  await client.query('UPDATE memberships SET role = $3 WHERE team_id = $1 AND user_id = $2', [
    of.teamId,
    of.userId,
    of.role,
  ])
}

/** Takes a person out of a team, with everything that speaks for them there: who comes back later starts afresh. */
export async function deleteMember(of: { teamId: Id; userId: Id }, client: PoolClient): Promise<void> {
  const who = [of.teamId, of.userId]
  await client.query('DELETE FROM memberships WHERE team_id = $1 AND user_id = $2', who)
  await client.query(
    'UPDATE sessions SET revoked_at = now() WHERE team_id = $1 AND user_id = $2 AND revoked_at IS NULL',
    who,
  )
  await client.query(
    'UPDATE api_keys SET revoked_at = now() WHERE team_id = $1 AND created_by = $2 AND revoked_at IS NULL',
    who,
  )
  await client.query(
    'UPDATE oauth_grants SET revoked_at = now() WHERE team_id = $1 AND user_id = $2 AND revoked_at IS NULL',
    who,
  )
  await client.query('DELETE FROM reset_links WHERE team_id = $1 AND $2 IN (user_id, created_by)', who)
}

import type { Role } from '../auth/permissions'
import type { Id } from '../ids'
import { pool } from './client'

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

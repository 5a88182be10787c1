import { randomBytes } from 'node:crypto'
import type { PoolClient } from 'pg'
import type { Role } from '../auth/permissions'
import { limitOf } from '../env'
import { type Id, newId } from '../ids'
import { recordAudit } from './audit'
import { pool, prisma } from './client'
import type { Prisma } from './generated/client'
import { normaliseEmail } from './users'

/** A first person with a team of their own, and the project that their workflows go to. */
export interface Founder {
  email: string
  name: string
  passwordHash: string
  teamName: string
  projectName: string
}

export interface Founded {
  userId: string
  teamId: string
  projectId: string
}

/** Makes account, team, ownership and project together, or nothing. Pass `tx` to make them part of something larger. */
export async function foundTeam(founder: Founder, tx?: Prisma.TransactionClient): Promise<Founded> {
  if (tx === undefined) return prisma().$transaction((own) => foundTeam(founder, own))
  const founded = { userId: newId(), teamId: newId(), projectId: newId() }
  const { userId, teamId, projectId } = founded
  const { name, passwordHash, teamName, projectName } = founder
  await tx.user.create({ data: { id: userId, email: normaliseEmail(founder.email), name, passwordHash } })
  const slug = await freeSlug(teamName, tx)
  await tx.team.create({ data: { id: teamId, name: teamName, slug, maxConcurrentRuns: limitOf('team_runs') } })
  await tx.membership.create({ data: { id: newId(), teamId, userId, role: 'owner' } })
  await tx.project.create({ data: { id: projectId, teamId, name: projectName } })
  const actor = { kind: 'user', id: userId, name } as const
  const target = { type: 'team', id: teamId, name: teamName }
  await recordAudit(tx, { teamId, actor, requestId: null, ip: null, action: 'team.founded', target })
  return founded
}

/**
 * Founds the first team of this installation in exchange for the set-up token: the token's row is removed by the same
 * transaction, so of two visitors with the same token one founds and the other gets null, as does a wrong token.
 */
export async function foundFirstTeam(founder: Founder, tokenHash: string): Promise<Founded | null> {
  return prisma().$transaction(async (tx) => {
    const consumed = await tx.$executeRaw`
      DELETE FROM settings WHERE key = ${SETUP_TOKEN_KEY} AND value->>'hash' = ${tokenHash}`
    if (consumed !== 1) return null
    // The token is gone in any case: with an account in place it must never open this door again.
    if ((await tx.user.findFirst({ select: { id: true } })) !== null) return null
    return foundTeam(founder, tx)
  })
}

/** The settings row that holds `{ hash, createdAt }` of the one-time set-up token. */
export const SETUP_TOKEN_KEY = 'setup_token'

async function freeSlug(name: string, tx: Prisma.TransactionClient): Promise<string> {
  const slug = slugOf(name)
  const taken = await tx.team.findUnique({ where: { slug }, select: { id: true } })
  return taken === null ? slug : `${slug}-${randomBytes(3).toString('hex')}`
}

function slugOf(name: string): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
  return plain || 'team'
}

/** A team of a person. */
export interface OwnTeamRow {
  id: Id
  name: string
  slug: string
  role: Role
}

/** The teams of a person, the first they joined first. */
export async function listTeamsOf(userId: Id, client?: PoolClient): Promise<OwnTeamRow[]> {
  const { rows } = await (client ?? pool()).query<OwnTeamRow>({
    name: 'teams_of',
    text: `SELECT t.id, t.name, t.slug, m.role::text AS role FROM memberships m JOIN teams t ON t.id = m.team_id
            WHERE m.user_id = $1 ORDER BY m.created_at, m.id`,
    values: [userId],
  })
  return rows
}

/** A further team of somebody who has an account: they own it, and it has a first project. */
export async function insertTeam(
  of: { ownerId: Id; name: string; projectName: string },
  client: PoolClient,
): Promise<OwnTeamRow> {
  const id = newId()
  const insert = async (slug: string) => {
    // The index decides between teams of one name that are made at once.
    const { rows } = await client.query<OwnTeamRow>(
      `INSERT INTO teams (id, name, slug, max_concurrent_runs) VALUES ($1, $2, $3, $4)
       ON CONFLICT (slug) DO NOTHING RETURNING id, name, slug, 'owner' AS role`,
      [id, of.name, slug, limitOf('team_runs')],
    )
    return rows[0]
  }
  const plain = slugOf(of.name)
  const team = (await insert(plain)) ?? (await insert(`${plain}-${randomBytes(3).toString('hex')}`))
  if (team === undefined) throw new Error('no address is free for a new team')
  await client.query(`INSERT INTO memberships (id, team_id, user_id, role) VALUES ($1, $2, $3, 'owner')`, [
    newId(),
    id,
    of.ownerId,
  ])
  await client.query('INSERT INTO projects (id, team_id, name) VALUES ($1, $2, $3)', [newId(), id, of.projectName])
  return team
}

export async function renameTeamRow(of: { teamId: Id; name: string }, client: PoolClient): Promise<void> {
  await client.query('UPDATE teams SET name = $2 WHERE id = $1', [of.teamId, of.name])
}

/** How many runs of a team may go on at once. */
export async function readTeamRuns(teamId: Id, client?: PoolClient): Promise<number> {
  const { rows } = await (client ?? pool()).query<{ runs: number }>({
    name: 'team_runs',
    text: 'SELECT max_concurrent_runs AS runs FROM teams WHERE id = $1',
    values: [teamId],
  })
  const [row] = rows
  if (row === undefined) throw new Error(`no team ${teamId}`) // the caller is in it, and teams are never deleted
  return row.runs
}

export async function writeTeamRuns(of: { teamId: Id; runs: number }, client: PoolClient): Promise<void> {
  await client.query('UPDATE teams SET max_concurrent_runs = $2 WHERE id = $1', [of.teamId, of.runs])
}

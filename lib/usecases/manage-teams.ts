import type { OwnTeam } from '../api/contracts/account'
import { requirePermission } from '../auth/authorize'
import { forgetIdentities } from '../auth/identities'
import type { Principal } from '../auth/principal'
import { auditBy, recordAudit } from '../db/audit'
import { lockTeam } from '../db/members'
import { turnSession } from '../db/sessions'
import { insertTeam, listTeamsOf, type OwnTeamRow, renameTeamRow } from '../db/teams'
import { inTransaction } from '../db/transaction'
import { AppError } from '../errors'
import type { Id } from '../ids'
import { requirePerson } from './require-person'

/** Teams that one person may own; a bound on what one account can fill the database with. */
export const MAX_OWNED_TEAMS = 20

/** The teams that the caller can act in: all of a person's, the one of a key or program. */
export async function teamsOf(principal: Principal): Promise<OwnTeam[]> {
  const { kind, team, role } = principal
  if (kind !== 'user') return [present({ ...team, role })]
  return (await listTeamsOf(principal.userId)).map(present)
}

/** A further team, which the caller owns, with a project to begin in. Throws `limit_reached` at {@link MAX_OWNED_TEAMS}. */
export async function createTeam(of: { principal: Principal; name: string }): Promise<OwnTeam> {
  const { principal, name } = of
  const { userId } = requirePerson(principal)
  const made = await inTransaction(async (tx) => {
    await tx.query('SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE', [userId]) // one at a time, so that the bound holds
    const owned = (await listTeamsOf(userId, tx)).filter(({ role }) => role === 'owner').length
    if (owned >= MAX_OWNED_TEAMS)
      throw new AppError('limit_reached', `One person owns at most ${MAX_OWNED_TEAMS} teams.`)
    const team = await insertTeam({ ownerId: userId, name, projectName: 'General' }, tx)
    await recordAudit(tx, {
      ...auditBy(principal),
      teamId: team.id,
      action: 'team.founded',
      target: { type: 'team', id: team.id, name },
    })
    return team
  })
  return present(made)
}

/** Renames the caller's team; its addresses stay as they are. Throws `not_found` for any other team. */
export async function renameTeam(of: { principal: Principal; teamId: Id; name: string }): Promise<OwnTeam> {
  const { principal, teamId, name } = of
  requirePermission(principal, 'team:manage')
  if (teamId !== principal.team.id) throw noSuchTeam()
  await inTransaction(async (tx) => {
    await lockTeam(teamId, tx)
    await renameTeamRow({ teamId, name }, tx)
    await recordAudit(tx, {
      ...auditBy(principal),
      action: 'team.renamed',
      target: { type: 'team', id: teamId, name },
      details: { from: principal.team.name, to: name },
    })
  })
  forgetIdentities()
  return present({ ...principal.team, name, role: principal.role })
}

/** Turns the caller's session to another team of theirs. Throws `not_found` for a team that they are not in. */
export async function switchTeam(of: { principal: Principal; teamId: Id }): Promise<void> {
  const { userId, sessionId } = requirePerson(of.principal)
  if (!(await turnSession({ sessionId, userId, teamId: of.teamId }))) throw noSuchTeam()
  forgetIdentities()
}

function present({ id, name, slug, role }: OwnTeamRow): OwnTeam {
  return { id, name, slug, role }
}

function noSuchTeam(): AppError {
  return new AppError('not_found', 'There is no such team, or you are no member of it.', {
    errors: [{ path: 'team_id', message: 'no team of yours' }],
  })
}

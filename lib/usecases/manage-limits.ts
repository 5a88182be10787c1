import type { Limits } from '../api/contracts/limits'
import { requirePermission } from '../auth/authorize'
import type { Principal } from '../auth/principal'
import { auditBy, recordAudit } from '../db/audit'
import { lockTeam } from '../db/members'
import { readTeamRuns, writeTeamRuns } from '../db/teams'
import { inTransaction } from '../db/transaction'
import { limitOf } from '../env'
import { LIMITS, type Limit, type LimitId } from '../limits'

/** Every limit as it holds in this installation, that of the team's runs at once as it holds for the caller's team. */
export async function listLimits(principal: Principal): Promise<Limits> {
  const teamRuns = await readTeamRuns(principal.team.id)
  return {
    items: Object.entries(LIMITS as Record<LimitId, Limit>).map(([id, limit]) => ({
      id: id as LimitId, // the keys of the table
      title: limit.title,
      unit: limit.unit,
      value: id === 'team_runs' ? teamRuns : limitOf(id as LimitId),
      ceiling: limit.ceiling,
      set_by: limit.setBy ?? null,
      code: limit.code ?? null,
      behaviour: limit.behaviour,
      warns: limit.warns ?? false,
    })),
  }
}

/** Changes how many runs of the caller's team may go on at once. Workers obey within a sweep; no run is cut off. */
export async function setTeamRuns(of: { principal: Principal; runs: number }): Promise<void> {
  const { principal, runs } = of
  requirePermission(principal, 'team:manage')
  const { id: teamId, name } = principal.team
  await inTransaction(async (tx) => {
    await lockTeam(teamId, tx)
    const before = await readTeamRuns(teamId, tx)
    if (before === runs) return
    await writeTeamRuns({ teamId, runs }, tx)
    await recordAudit(tx, {
      ...auditBy(principal),
      action: 'team.concurrency_changed',
      target: { type: 'team', id: teamId, name },
      details: { from: before, to: runs },
    })
  })
}

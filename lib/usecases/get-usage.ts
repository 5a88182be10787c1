import type { ProjectDay, Usage, UsageGroup, UsageTotals } from '../api/contracts/usage'
import { requirePermission } from '../auth/authorize'
import type { Principal } from '../auth/principal'
import { type ProjectDayRow, readProjectDays, readUsage, type UsageRow } from '../db/usage'
import { limitOf } from '../env'
import { AppError } from '../errors'
import { WARN_SHARE } from '../limits'

const DAY_MS = 86_400_000
const MAX_DAYS = 366
const DEFAULT_DAYS = 30

/**
 * What the team's runs of a time came to and what they used of models, in groups; by default of the last thirty days, today
 * included; and what projects paid today beside what they may. Throws `validation_failed` for a time that is empty or longer than a year.
 */
export async function getUsage(of: {
  principal: Principal
  from?: Date | undefined
  to?: Date | undefined
  groupBy: Usage['group_by']
}): Promise<Usage> {
  requirePermission(of.principal, 'run:read')
  const to = of.to ?? new Date()
  const from = of.from ?? new Date(Math.floor(to.getTime() / DAY_MS) * DAY_MS - (DEFAULT_DAYS - 1) * DAY_MS)
  if (from >= to) throw refused('from', 'is not before `to`')
  if (to.getTime() - from.getTime() > MAX_DAYS * DAY_MS) throw refused('from', `at most ${MAX_DAYS} days before \`to\``)
  const times = { teamId: of.principal.team.id, from, to }
  const [rows, [all], projects] = await Promise.all([
    readUsage({ ...times, groupBy: of.groupBy }),
    readUsage({ ...times, groupBy: 'all' }),
    readProjectDays(times.teamId),
  ])
  return {
    from: from.toISOString(),
    to: to.toISOString(),
    group_by: of.groupBy,
    totals: present(all),
    items: rows.map((row): UsageGroup => ({ key: row.key, name: row.name, ...present(row) })),
    projects_today: projects.map(presentProject),
  }
}

function present(row: UsageRow | undefined): UsageTotals {
  return {
    runs: row?.runs ?? 0,
    ended: {
      completed: row?.completed ?? 0,
      failed: row?.failed ?? 0,
      cancelled: row?.cancelled ?? 0,
      timed_out: row?.timedOut ?? 0,
      aborted_looping_risk: row?.aborted ?? 0,
      skipped: row?.skipped ?? 0,
    },
    open: row?.open ?? 0,
    active_seconds: row?.activeSeconds ?? 0,
    calls: row?.calls ?? 0,
    unpriced_calls: row?.unpricedCalls ?? 0,
    input_tokens: row?.inputTokens ?? 0,
    output_tokens: row?.outputTokens ?? 0,
    cost_usd: row?.costUsd ?? 0,
    latency_ms: row?.latencyMs ?? 0,
  }
}

function presentProject({ id, name, costUsd }: ProjectDayRow): ProjectDay {
  const limit = limitOf('project_day_usd')
  return { project_id: id, name, cost_usd: costUsd, limit_usd: limit, warns: costUsd >= limit * WARN_SHARE }
}

function refused(name: string, message: string): AppError {
  return new AppError('validation_failed', `query.${name}: ${message}.`, {
    errors: [{ path: `query.${name}`, message }],
  })
}

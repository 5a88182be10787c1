import type { PoolClient } from 'pg'
import type { Budget } from '../engine/limits'
import type { Id } from '../ids'
import { inTransaction } from './transaction'

/** A call of a model that is about to be made, with what it may use at most. */
export interface WantedCall {
  runId: Id
  nodeKey: string
  /** What it uses at most; and at least, where nobody said how long the answer may be. */
  tokens: number
  leastTokens: number
  /** null: nobody said what this model costs. */
  usd: number | null
  leastUsd: number | null
  /** The limits of the installation, which hold for what has a price. */
  most: { runUsd: number; projectDayUsd: number }
}

export type Reservation =
  | { reserved: true }
  /** The budget of `runId`, the run itself or one that waits for it, has not enough left. `isTaken`: calls in flight hold a part of it. */
  | { reserved: false; runId: Id; of: 'tokens' | 'usd'; limit: number; left: number; isTaken: boolean }
  /** The runs of the project have spent today what they may together. */
  | { reserved: false; of: 'project_day'; limit: number; left: number; isTaken: boolean }
  /** There is a budget in USD, and the price is not known. */
  | { reserved: false; runId: Id; of: 'price' }
  /** The node is not running any more: it was cut off, or its run is somebody else's. */
  | { reserved: false; of: 'nothing' }

interface Account extends Budget {
  id: Id
  usedTokens: number
  usedUsd: number
  takenTokens: number
  takenUsd: number
}

interface Ancestor {
  id: Id
  tokens: number | null
  usd: number | null
  teamId: Id
  projectId: Id
  isTop: boolean
}

/**
 * Sets aside what a call may use from every budget that it counts against, before it is made. One at a time in a family of
 * runs, so calls in parallel cannot take the same rest twice; where the call costs something, then also one at a time in a
 * project. What a call really used counts from the checkpoint that stores its end, and with the same checkpoint its
 * reservation ends, because the node is no longer running.
 */
export async function reserveCall(wanted: WantedCall): Promise<Reservation> {
  return inTransaction(async (client) => {
    const { rows: family } = await client.query<Ancestor>({
      name: 'budgets_of_run',
      text: BUDGETS,
      values: [wanted.runId],
    })
    const [top] = family
    const own = family.at(-1)
    if (!top || !own) return { reserved: false, of: 'nothing' }
    const costs = (wanted.usd ?? 0) > 0
    const budgets = family.filter(({ tokens, usd, isTop }) => tokens !== null || usd !== null || (isTop && costs))
    if (budgets.length === 0) return { reserved: true }
    // Always in this order: of two that wait for each other's lock neither would end.
    for (const id of costs ? [top.id, own.projectId] : [top.id]) {
      await client.query({
        name: 'lock_budget',
        text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))',
        values: [id],
      })
    }
    const { rows } = await client.query<Omit<Account, 'tokens' | 'usd'>>({
      name: 'accounts_of_budgets',
      text: ACCOUNTS,
      values: [budgets.map(({ id }) => id), wanted.runId, wanted.nodeKey],
    })
    const spent = new Map(rows.map((row) => [row.id, row]))
    const accounts = budgets.map(({ id, tokens, usd, isTop }): Account => {
      const { usedTokens = 0, usedUsd = 0, takenTokens = 0, takenUsd = 0 } = spent.get(id) ?? {}
      const most = isTop && costs ? Math.min(usd ?? wanted.most.runUsd, wanted.most.runUsd) : (usd ?? undefined)
      return { id, tokens: tokens ?? undefined, usd: most, usedTokens, usedUsd, takenTokens, takenUsd }
    })
    const share = shareOf(wanted, accounts)
    if ('reserved' in share) return share
    const refused = costs ? await refusalOfProject(client, own, wanted, share) : undefined
    if (refused) return refused
    const { rowCount } = await client.query({
      name: 'reserve_call',
      text: `UPDATE node_runs SET reserved_tokens = $3, reserved_usd = $4 WHERE run_id = $1 AND node_key = $2 AND status = 'running'`,
      values: [wanted.runId, wanted.nodeKey, share.tokens, share.usd],
    })
    return rowCount === 0 ? { reserved: false, of: 'nothing' } : { reserved: true }
  })
}

/** The run and those that wait for it, from the top, each with its budget and its project. */
const BUDGETS = `
  WITH RECURSIVE up AS (
    SELECT id, parent_run_id, team_id, workflow_id, variables, 0 AS level FROM runs WHERE id = $1
    UNION ALL
    SELECT p.id, p.parent_run_id, p.team_id, p.workflow_id, p.variables, up.level + 1 FROM up JOIN runs p ON p.id = up.parent_run_id
  )
  SELECT up.id, (up.variables -> 'budget' ->> 'tokens')::float8 AS tokens, (up.variables -> 'budget' ->> 'usd')::float8 AS usd,
    up.team_id AS "teamId", w.project_id AS "projectId", up.level = max(up.level) OVER () AS "isTop"
  FROM up JOIN workflows w ON w.id = up.workflow_id ORDER BY up.level DESC`

/** Of each budget: what its run and those that it waits for have used, and what is set aside for other calls in flight. */
const ACCOUNTS = `
  WITH RECURSIVE family AS (
    SELECT id AS top, id FROM unnest($1::uuid[]) AS id
    UNION ALL
    SELECT f.top, r.id FROM family f JOIN runs r ON r.parent_run_id = f.id
  ), used AS (
    SELECT f.top, sum((e.data -> 'usage' ->> 'input_tokens')::float8 + (e.data -> 'usage' ->> 'output_tokens')::float8) AS tokens,
      sum((e.data -> 'usage' ->> 'cost_usd')::float8) AS usd
    FROM family f JOIN run_events e ON e.run_id = f.id AND e.type = 'llm_called' GROUP BY f.top
  ), taken AS (
    SELECT f.top, sum(n.reserved_tokens)::float8 AS tokens, sum(n.reserved_usd)::float8 AS usd
    FROM family f JOIN node_runs n ON n.run_id = f.id AND n.status = 'running' AND n.reserved_tokens IS NOT NULL
     AND NOT (n.run_id = $2 AND n.node_key = $3) GROUP BY f.top
  )
  SELECT top.id, coalesce(u.tokens, 0) AS "usedTokens", coalesce(u.usd, 0) AS "usedUsd",
    coalesce(t.tokens, 0) AS "takenTokens", coalesce(t.usd, 0) AS "takenUsd"
  FROM unnest($1::uuid[]) AS top(id) LEFT JOIN used u ON u.top = top.id LEFT JOIN taken t ON t.top = top.id`

/** What the runs of a project were billed since midnight (UTC), and what is set aside for other calls of theirs in flight. */
const PROJECT_DAY = `
  SELECT
    (SELECT coalesce(sum((e.data -> 'usage' ->> 'cost_usd')::float8), 0)
       FROM run_events e JOIN runs r ON r.id = e.run_id JOIN workflows w ON w.id = r.workflow_id AND w.project_id = $2
      WHERE e.team_id = $1 AND e.at >= date_trunc('day', now(), 'UTC') AND e.type = 'llm_called'
        AND (e.data -> 'usage' ->> 'cost_usd')::float8 > 0) AS used,
    (SELECT coalesce(sum(n.reserved_usd), 0)::float8
       FROM runs r JOIN workflows w ON w.id = r.workflow_id AND w.project_id = $2
         JOIN node_runs n ON n.run_id = r.id AND n.status = 'running' AND n.reserved_usd > 0 AND NOT (n.run_id = $3 AND n.node_key = $4)
      WHERE r.team_id = $1 AND r.status IN ('started', 'running', 'paused')) AS taken`

async function refusalOfProject(
  client: PoolClient,
  { teamId, projectId }: Ancestor,
  { runId, nodeKey, leastUsd, most }: WantedCall,
  share: { usd: number },
): Promise<(Reservation & { reserved: false }) | undefined> {
  const { rows } = await client.query<{ used: number; taken: number }>({
    name: 'spent_by_project',
    text: PROJECT_DAY,
    values: [teamId, projectId, runId, nodeKey],
  })
  const { used = 0, taken = 0 } = rows[0] ?? {}
  const left = most.projectDayUsd - used - taken
  if (left < (leastUsd ?? 0)) {
    return { reserved: false, of: 'project_day', limit: most.projectDayUsd, left: left + taken, isTaken: taken > 0 }
  }
  share.usd = Math.min(share.usd, left)
  return undefined
}

/** What a call may take of the budgets: all it wants, or where nobody said how much that is, what is left. */
function shareOf(
  wanted: WantedCall,
  accounts: readonly Account[],
): { tokens: number; usd: number } | (Reservation & { reserved: false }) {
  const share = { tokens: wanted.tokens, usd: wanted.usd ?? 0 }
  for (const account of accounts) {
    if (account.tokens !== undefined) {
      const left = account.tokens - account.usedTokens - account.takenTokens
      if (left < wanted.leastTokens) return refusal(account, 'tokens', account.tokens, left, account.takenTokens)
      share.tokens = Math.min(share.tokens, left)
    }
    if (account.usd !== undefined) {
      if (wanted.usd === null || wanted.leastUsd === null) return { reserved: false, runId: account.id, of: 'price' }
      const left = account.usd - account.usedUsd - account.takenUsd
      // What costs nothing may be called, but for a budget that was overdrawn.
      if (left < wanted.leastUsd) return refusal(account, 'usd', account.usd, left, account.takenUsd)
      share.usd = Math.min(share.usd, left)
    }
  }
  return share
}

function refusal(
  { id }: Account,
  of: 'tokens' | 'usd',
  limit: number,
  left: number,
  taken: number,
): Reservation & { reserved: false } {
  return { reserved: false, runId: id, of, limit, left: left + taken, isTaken: taken > 0 }
}

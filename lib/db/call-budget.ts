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
}

export type Reservation =
  | { reserved: true }
  /** The budget of `runId`, the run itself or one that waits for it, has not enough left. `isTaken`: calls in flight hold a part of it. */
  | { reserved: false; runId: Id; of: 'tokens' | 'usd'; limit: number; left: number; isTaken: boolean }
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

/**
 * Sets aside what a call may use from every budget that it counts against, before it is made. One at a time in a family of
 * runs, so calls in parallel cannot take the same rest twice. What a call really used counts from the checkpoint that stores
 * its end, and with the same checkpoint its reservation ends, because the node is no longer running.
 */
export async function reserveCall(wanted: WantedCall): Promise<Reservation> {
  return inTransaction(async (client) => {
    const { rows: budgets } = await client.query<{ id: Id; tokens: number | null; usd: number | null }>({
      name: 'budgets_of_run',
      text: `
        WITH RECURSIVE up AS (
          SELECT id, parent_run_id, variables, 0 AS level FROM runs WHERE id = $1
          UNION ALL
          SELECT p.id, p.parent_run_id, p.variables, up.level + 1 FROM up JOIN runs p ON p.id = up.parent_run_id
        ), budgets AS (
          SELECT id, level, (variables -> 'budget' ->> 'tokens')::float8 AS tokens, (variables -> 'budget' ->> 'usd')::float8 AS usd FROM up
        )
        SELECT id, tokens, usd FROM budgets WHERE tokens IS NOT NULL OR usd IS NOT NULL ORDER BY level DESC`,
      values: [wanted.runId],
    })
    const [top] = budgets
    if (!top) return { reserved: true }
    await client.query({
      name: 'lock_budget',
      text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))',
      values: [top.id],
    })
    const { rows } = await client.query<Omit<Account, 'tokens' | 'usd'>>({
      name: 'accounts_of_budgets',
      text: ACCOUNTS,
      values: [budgets.map(({ id }) => id), wanted.runId, wanted.nodeKey],
    })
    const spent = new Map(rows.map((row) => [row.id, row]))
    const accounts = budgets.map(({ id, tokens, usd }): Account => {
      const { usedTokens = 0, usedUsd = 0, takenTokens = 0, takenUsd = 0 } = spent.get(id) ?? {}
      return { id, tokens: tokens ?? undefined, usd: usd ?? undefined, usedTokens, usedUsd, takenTokens, takenUsd }
    })
    const share = shareOf(wanted, accounts)
    if ('reserved' in share) return share
    const { rowCount } = await client.query({
      name: 'reserve_call',
      text: `UPDATE node_runs SET reserved_tokens = $3, reserved_usd = $4 WHERE run_id = $1 AND node_key = $2 AND status = 'running'`,
      values: [wanted.runId, wanted.nodeKey, share.tokens, share.usd],
    })
    return rowCount === 0 ? { reserved: false, of: 'nothing' } : { reserved: true }
  })
}

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

import { pool } from '@/lib/db/client'
import { nodeKey } from '@/lib/engine/events'
import type { Id } from '@/lib/ids'
import type { SinkCall } from '@/lib/testing/effect-sink'
import { findViolations } from '@/lib/testing/invariants'

/** A worker was killed: when, and what it held. */
export interface Kill {
  atMs: number
  held: Id[]
}

/** The database was away. */
export interface Outage {
  fromMs: number
  toMs: number
}

export interface Verdict {
  lost: string[]
  repeated: string[]
  gaps: number
  broken: string[]
  /** Milliseconds from a kill to the first event of another worker, while the database was there all the time. */
  takeoversMs: number[]
  /** The same when the database was away meanwhile. */
  delayedTakeoversMs: number[]
  calls: number
  effects: number
}

interface Logged {
  runId: Id
  type: string
  nodeId: string | null
  path: string[] | null
  atMs: number
}

/** Reads what is stored and what the sink saw, and says which promise was kept. */
export async function judge(options: {
  accepted: ReadonlySet<Id>
  calls: readonly SinkCall[]
  kills: readonly Kill[]
  outages: readonly Outage[]
}): Promise<Verdict> {
  const { rows: runs } = await pool().query<{ id: Id; status: string; why: string }>(
    `SELECT id, status, concat_ws(': ', error_reason, error_summary) AS why FROM runs`,
  )
  const statuses = new Map(runs.map((run) => [run.id, run.status]))
  const reasons = new Map(runs.map((run) => [run.id, run.why]))
  const lost = [...options.accepted]
    .filter((id) => statuses.get(id) !== 'completed')
    .map((id) => `${id}: ${statuses.get(id) ?? 'not stored'} ${reasons.get(id) ?? ''}`)
  const { rows: log } = await pool().query<Logged>(
    `SELECT run_id AS "runId", type, data ->> 'node_id' AS "nodeId", data -> 'path' AS path,
       extract(epoch FROM at)::float8 * 1000 AS "atMs"
     FROM run_events WHERE type IN ('node_succeeded', 'run_recovered') ORDER BY run_id, seq`,
  )
  const { rows: gaps } = await pool().query(
    'SELECT run_id FROM run_events GROUP BY run_id HAVING min(seq) <> 1 OR max(seq) <> count(*)',
  )
  return {
    lost,
    repeated: repeatedNodes(log, options.calls),
    gaps: gaps.length,
    broken: (await findViolations(pool())).map(({ invariant, row }) => `${invariant}: ${JSON.stringify(row)}`),
    ...takeovers(log, options.kills, options.outages),
    calls: options.calls.length,
    effects: new Set(options.calls.map((call) => call.key)).size,
  }
}

/** Events carry the time of their worker, calls that of the sink: they are compared only so closely. */
const CLOCKS_AGREE_MS = 250

/** Nodes that succeeded twice, and effects that were called again after their success was stored. */
function repeatedNodes(log: readonly Logged[], calls: readonly SinkCall[]): string[] {
  const succeededAt = new Map<string, number>()
  const repeated: string[] = []
  for (const { runId, type, nodeId, path, atMs } of log) {
    if (type !== 'node_succeeded' || nodeId === null) continue
    const key = `${runId}:${nodeKey(path ?? [], nodeId)}`
    if (succeededAt.has(key)) repeated.push(`${key} succeeded twice`)
    succeededAt.set(key, atMs)
  }
  const called = new Set<string>()
  for (const { key, atMs } of calls) {
    const afterMs = atMs - (succeededAt.get(key) ?? atMs)
    if (called.has(key) && afterMs > CLOCKS_AGREE_MS) repeated.push(`${key} was called ${afterMs} ms after its success`)
    called.add(key)
  }
  return repeated
}

function takeovers(log: readonly Logged[], kills: readonly Kill[], outages: readonly Outage[]) {
  const recoveries = new Map<Id, number[]>()
  for (const { runId, type, atMs } of log) {
    if (type === 'run_recovered') recoveries.set(runId, [...(recoveries.get(runId) ?? []), atMs])
  }
  const takeoversMs: number[] = []
  const delayedTakeoversMs: number[] = []
  for (const { atMs, held } of kills) {
    for (const runId of held) {
      const tookMs = (recoveries.get(runId) ?? []).find((each) => each > atMs)
      if (tookMs === undefined) continue
      const isDelayed = outages.some(({ fromMs, toMs }) => fromMs < tookMs && toMs > atMs)
      ;(isDelayed ? delayedTakeoversMs : takeoversMs).push(tookMs - atMs)
    }
  }
  return { takeoversMs, delayedTakeoversMs }
}

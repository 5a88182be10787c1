import type { RunEvent, RunStatus } from '../engine/events'
import type { WaitRequest } from '../engine/waits'
import type { Id } from '../ids'
import { Batcher } from './batcher'
import { checkpointStatement } from './checkpoint-sql'
import { pool } from './client'
import { type BirthNames, keepFreshEnd } from './fresh-ends'
import { notifyPayloads, publishLocally, type RunChange } from './notify'
import type { StoredPayload } from './payloads'
import { processSingleton } from './process'
import { withReconnect } from './reconnect'
import type { NewRun } from './runs'

/** Everything one worker has to say about one run since its last checkpoint: it becomes durable whole or not at all. */
export interface Checkpoint {
  /** Present on the first checkpoint of a run that is not stored yet: it is made with it. `expectedSeq` is 0 then. */
  birth?: Birth
  runId: Id
  teamId: Id
  workflowId: Id
  owner: Id
  epoch: number
  /** `last_seq` that must stand; with owner and epoch it is the fence that stops a stale owner. */
  expectedSeq: number
  events: RunEvent[]
  status: RunStatus
  turn: number
  commandsApplied: number
  waitingFor: string | null
  /** Let go of the lease, unless commands came meanwhile. */
  release: boolean
  ended: EndedRun | null
  /** Added to the run's totals. */
  tokens: number
  costUsd: number
  nodes: NodeRow[]
  waits: NewWait[]
  blobs: { id: Id; body: string }[]
  /** Waits that nobody will answer: what they belong to was cut off. */
  closedWaits: Id[]
  /** The run of a sub-workflow, and what its parent is to know of it changes with this checkpoint. */
  tellsParent: boolean
}

export interface EndedRun {
  output: StoredPayload | null
  reason: string | null
  summary: string | null
  nodeId: string | null
  /** Present when the run is to be evaluated: the id that the run of its evaluator will have. */
  evaluationRunId?: Id | undefined
}

export interface NodeRow {
  key: string
  nodeId: string
  path: string[]
  status: 'running' | 'waiting' | 'succeeded' | 'failed' | 'cancelled'
  attempt: number
  input?: StoredPayload
  output?: StoredPayload
  error?: unknown
  usage?: unknown[]
  startedAt?: string
  endedAt?: string
}

export type NewWait = {
  id: Id
  nodeKey: string
  nodeId: string
  path: string[]
  shownHash: string | null
} & (WaitRequest | { kind: 'retry'; request: { attempt: number }; dueAt: string })

/** What a run is made of, when it is made by its first checkpoint. */
export type Birth = Omit<NewRun, 'event' | 'owner'> & { createdAt: Date }

/**
 * `lost`: another owner holds the run, or it could not be made; nothing was written. `overtaken`: the run was to end, but
 * something was asked of it that it has not heard; nothing was written. `released` false: commands came; `commandSeq` is
 * their number now.
 */
export type CheckpointResult =
  | { lost: true }
  | { lost: false; overtaken: true }
  | { lost: false; overtaken?: false; released: boolean; commandSeq: number }

function committer(): Batcher<Checkpoint, CheckpointResult> {
  return processSingleton('checkpoints', () => new Batcher<Checkpoint, CheckpointResult>(commitBatch))
}

/** Makes a checkpoint durable, together with those of every other run of this process that is ready at the same time. */
export function commitCheckpoint(checkpoint: Checkpoint): Promise<CheckpointResult> {
  return committer().submit(checkpoint)
}

/** How long a commit is tried while the database is away; past a lease the runs are somebody else's anyway. */
const RECONNECT_FOR_MS = 30_000

async function commitBatch(batch: Checkpoint[]): Promise<CheckpointResult[]> {
  const changes = batch.map(changeOf)
  const results = await withReconnect(async (isRepeat) => {
    // After a broken connection nobody knows whether the commit happened: look before writing again.
    const known = isRepeat ? await findCommitted(batch) : new Map<Id, CheckpointResult>()
    const open = batch.filter((item) => !known.has(item.runId))
    const written = open.length > 0 ? await write(open) : new Map<Id, CheckpointResult>()
    // A birth that was refused may have happened before, unknown to us: only then is the run there and ours.
    const refused = open.filter((item) => item.birth && !written.has(item.runId))
    const found = refused.length > 0 ? await findCommitted(refused) : known
    const ends = open.filter((item) => item.ended && !item.birth && !written.has(item.runId))
    const overtaken = ends.length > 0 ? await findOvertaken(ends) : known
    const of = (id: Id) => known.get(id) ?? written.get(id) ?? found.get(id) ?? overtaken.get(id)
    return batch.map((item) => of(item.runId) ?? ({ lost: true } as const))
  }, RECONNECT_FOR_MS)
  publishLocally(changes.filter((_, index) => isWritten(results[index])))
  return results
}

function isWritten(result: CheckpointResult | undefined): boolean {
  return result !== undefined && !result.lost && !result.overtaken
}

/** Runs that are still ours as we left them: their end was refused because of a command that they have not heard. */
async function findOvertaken(batch: Checkpoint[]): Promise<Map<Id, CheckpointResult>> {
  const result = await pool().query<{ id: Id; lastSeq: number; epoch: number; owner: Id | null }>(
    `SELECT id, last_seq AS "lastSeq", lease_epoch AS epoch, lease_owner AS owner FROM runs WHERE id = ANY($1)`,
    [batch.map((item) => item.runId)],
  )
  const found = new Map<Id, CheckpointResult>()
  for (const row of result.rows) {
    const item = batch.find((each) => each.runId === row.id)
    const isOurs = item && row.owner === item.owner && row.epoch === item.epoch && row.lastSeq === item.expectedSeq
    if (isOurs) found.set(row.id, { lost: false, overtaken: true })
  }
  return found
}

function changeOf(item: Checkpoint): RunChange {
  return {
    runId: item.runId,
    teamId: item.teamId,
    workflowId: item.workflowId,
    status: item.status,
    lastSeq: item.expectedSeq + item.events.length,
    events: item.events,
  }
}

async function write(batch: Checkpoint[]): Promise<Map<Id, CheckpointResult>> {
  const births = batch.filter((item) => item.birth)
  const others = batch.filter((item) => !item.birth)
  const rows = {
    RUNS: others.map(runOf),
    BIRTHS: births.map((item) => Object.assign(runOf(item), item.birth)),
    EVENTS: batch.flatMap((item) =>
      item.events.map(({ seq, type, at, ...data }) => ({ runId: item.runId, seq, type, at, data })),
    ),
    NODES: others.flatMap(nodesOf),
    NEWNODES: births.flatMap(nodesOf),
    // Nobody can answer a wait of a run that has ended.
    WAITS: batch.flatMap((item) => (item.ended ? [] : item.waits.map((row) => ({ runId: item.runId, ...row })))),
    BLOBS: batch.flatMap((item) => item.blobs.map((row) => ({ runId: item.runId, ...row }))),
    CLOSED: batch.flatMap((item) => item.closedWaits.map((id) => ({ id }))),
    EVALUATED: batch.flatMap(({ runId, ended }) =>
      ended?.evaluationRunId === undefined ? [] : [{ runId, evaluationRunId: ended.evaluationRunId }],
    ),
  }
  const needs = {
    cancelWaits: others.some((item) => item.ended || item.closedWaits.length > 0),
    settles: others.some((item) => item.tellsParent),
    deadlines: births.some((item) => !item.ended && item.birth?.timeoutMs != null),
  }
  const result = await pool().query<{ id: Id; released: boolean; commandSeq: number } & BirthNames>(
    checkpointStatement(rows, needs, notifyPayloads(batch.map(changeOf))),
  )
  if (births.length > 0) {
    const names = new Map(result.rows.map((row) => [row.id, row]))
    for (const item of births) {
      const row = names.get(item.runId)
      if (row) keepFreshEnd(item, row)
    }
  }
  return new Map(
    result.rows.map((row) => [row.id, { lost: false, released: row.released, commandSeq: row.commandSeq }]),
  )
}

function runOf(item: Checkpoint) {
  return {
    runId: item.runId,
    owner: item.owner,
    epoch: item.epoch,
    expectedSeq: item.expectedSeq,
    lastSeq: item.expectedSeq + item.events.length,
    status: item.status,
    turn: item.turn,
    commandsApplied: item.commandsApplied,
    waitingFor: item.waitingFor,
    release: item.release,
    isEnd: item.ended !== null,
    tellsParent: item.tellsParent,
    output: item.ended?.output ?? null,
    reason: item.ended?.reason ?? null,
    summary: item.ended?.summary ?? null,
    nodeId: item.ended?.nodeId ?? null,
    tokens: item.tokens,
    costUsd: item.costUsd,
  }
}

function nodesOf(item: Checkpoint) {
  return item.nodes.map((row) => ({ runId: item.runId, ...row }))
}

/**
 * Checkpoints of the batch that stand already: same epoch, the log is as long as they would have made it, and no other owner.
 */
async function findCommitted(batch: Checkpoint[]): Promise<Map<Id, CheckpointResult>> {
  const result = await pool().query<{ id: Id; lastSeq: number; epoch: number; owner: Id | null; commandSeq: number }>(
    `SELECT id, last_seq AS "lastSeq", lease_epoch AS epoch, lease_owner AS owner, command_seq AS "commandSeq" FROM runs WHERE id = ANY($1)`,
    [batch.map((item) => item.runId)],
  )
  const rows = new Map(result.rows.map((row) => [row.id, row]))
  const found = new Map<Id, CheckpointResult>()
  for (const item of batch) {
    const row = rows.get(item.runId)
    const isOurs = row && row.epoch === item.epoch && (row.owner === null || row.owner === item.owner)
    if (isOurs && row.lastSeq === item.expectedSeq + item.events.length) {
      found.set(item.runId, { lost: false, released: row.owner === null, commandSeq: row.commandSeq })
    }
  }
  return found
}

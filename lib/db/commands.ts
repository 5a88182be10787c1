import type { Pool, PoolClient } from 'pg'
import type { AuditAction } from '../audit-actions'
import type { Actor, WaitKind } from '../engine/events'
import type { WaitOutcome } from '../engine/waits'
import { crashPoint } from '../faults'
import type { Id } from '../ids'
import type { AuditBy } from './audit'
import { pool } from './client'
import { type LocalWorker, localWorker, type Place } from './local-worker'
import { notify, pokePayload } from './notify'
import { recordRunAudit } from './run-audit'
import { FREE_SQL, RUN_COLUMNS, type RunRow, TERMINAL_SQL, wakeTeamsSql } from './runs'
import { asEngine } from './team-context'
import { inTransaction, together } from './transaction'

/** What others ask of a run. Written here, applied to the log by whoever holds the run. */
export type RunCommand =
  | { kind: 'turn'; actor: Actor; command: string }
  | { kind: 'pause'; actor: Actor }
  | { kind: 'resume'; actor: Actor }
  | { kind: 'stop'; actor: Actor; reason: string }
  | { kind: 'timeout' }
  /** A callback URL was called before its node was reached. */
  | { kind: 'callback'; nodeId: string; path: string[]; data: unknown }
  /** One of several people said what they think of an approval, and it is not decided by that. */
  | {
      kind: 'vote'
      waitId: Id
      nodeId: string
      path: string[]
      actor: Actor
      decision: 'approved' | 'rejected'
      comment: string | null
      shownHash: string
      approvals: number
      approvalsNeeded: number
    }
  /** The run of a sub-workflow waits for people, or no longer does: look how it stands. */
  | { kind: 'child'; waitId: Id; nodeId: string; path: string[]; runId: Id }
  | {
      kind: 'resolve'
      waitId: Id
      nodeId: string
      path: string[]
      waitKind: WaitKind
      actor: Actor
      outcome: WaitOutcome
    }

export type StoredCommand = RunCommand & { seq: number }

/** A run that nobody holds is taken by the worker here, which has a place for it (`mine`), or else queued. */
const BUMP = `
bumped AS (
  UPDATE runs r SET command_seq = r.command_seq + $COUNT, updated_at = now(),
    lease_owner = CASE WHEN l.mine THEN $OWNER::uuid ELSE r.lease_owner END,
    lease_epoch = r.lease_epoch + CASE WHEN l.free THEN 1 ELSE 0 END,
    recoveries = r.recoveries + CASE WHEN l.mine AND l.held THEN 1 ELSE 0 END,
    queued_at = CASE WHEN l.mine THEN NULL WHEN NOT l.free THEN r.queued_at
      WHEN $ENDS::boolean THEN '-infinity'::timestamptz ELSE coalesce(r.queued_at, clock_timestamp()) END
  FROM locked l
  WHERE r.id = l.id AND r.status NOT IN ${TERMINAL_SQL} $AND
  RETURNING ${RUN_COLUMNS}, l.mine AS taken, l.held, l.free AND NOT l.mine AS queued
)`

const LOCK = `
locked AS (
  SELECT k.*, k.free AND $OWNER::uuid IS NOT NULL AND ($ENDS::boolean OR k.workflow_cap IS NOT DISTINCT FROM $CAP::int) AS mine
  FROM (SELECT r.id, r.workflow_cap, r.lease_owner IS NOT NULL AS held, ${FREE_SQL} AS free
        FROM runs r WHERE r.id = $RUN AND r.team_id = $TEAM FOR UPDATE) AS k
)`

const WAKE = `CASE WHEN b.queued THEN ${wakeTeamsSql('SELECT b."teamId" AS team_id')} END AS woken`

const SUBMIT = number(
  `WITH ${LOCK}, ${BUMP.replace('$AND', '')}, written AS (
  INSERT INTO run_commands (run_id, seq, team_id, kind, data)
  SELECT b.id, b."commandSeq" - $COUNT + c.n, b."teamId", c.command ->> 'kind', c.command
  FROM bumped b, json_array_elements($COMMANDS::json) WITH ORDINALITY AS c(command, n)
)
SELECT b.*, ${WAKE} FROM bumped b`,
)

const RESOLVE = number(
  `WITH ${LOCK}, answered AS (
  UPDATE waits w SET state = 'resolved', outcome = $OUTCOME::json, resolved_by = $BY, resolved_by_user_id = $USER, resolved_at = clock_timestamp()
  FROM locked l
  WHERE w.id = $WAIT AND w.run_id = l.id AND w.state = 'open' AND (CASE WHEN $FIRED THEN w.due_at <= clock_timestamp() ELSE w.due_at IS NULL OR w.due_at > clock_timestamp() END)
    AND EXISTS (SELECT FROM runs r WHERE r.id = l.id AND r.status NOT IN ${TERMINAL_SQL})
  RETURNING w.id, w.run_id, w.resolved_at
), ${BUMP.replace('$AND', 'AND EXISTS (SELECT FROM answered)')}, written AS (
  INSERT INTO run_commands (run_id, seq, team_id, kind, data)
  SELECT b.id, b."commandSeq" - $COUNT + c.n, b."teamId", c.command ->> 'kind', c.command
  FROM bumped b, json_array_elements($COMMANDS::json) WITH ORDINALITY AS c(command, n)
)
SELECT b.*, a.resolved_at AS "resolvedAt", ${WAKE}
FROM bumped b, answered a`,
)

/** Turns `$NAME` into `$1 …` and remembers the order, so that a statement reads by names. */
function number(text: string): { text: string; names: string[] } {
  const names: string[] = []
  const numbered = text.replace(/\$([A-Z]+)/g, (_, name: string) => {
    if (!names.includes(name)) names.push(name)
    return `$${names.indexOf(name) + 1}`
  })
  return { text: numbered, names }
}

/** The run that commands are for. With the limit of its workflow it can be taken here; without, only when there is none. */
export interface CommandedRun {
  id: Id
  teamId: Id
  workflowId?: Id
  workflowCap?: number | null
}

/** What came of a statement that asked something of a run: `taken` by the worker here, or `queued` for any. */
type Asked = RunRow & { taken: boolean; held: boolean; queued: boolean; written: RunCommand[] }

/** Reserves a place for the run, if it can be taken here, and wakes whoever is to apply what `write` wrote, once that stands. */
async function withPlace<T>(
  run: CommandedRun,
  mode: 'end' | 'hurry' | 'queue',
  write: (owner: Id | null) => Promise<{ row: Asked | undefined; result: T }>,
): Promise<T> {
  const local = localWorker()
  const place = local ? await placeFor(local, run, mode) : null
  let isTaken = false
  try {
    const { row, result } = await asEngine(() => write(place && local ? local.owner : null))
    isTaken = row?.taken === true
    if (row) wake(row, local, place)
    return result
  } finally {
    if (!isTaken) place?.release()
  }
}

interface Question {
  name: string
  statement: { text: string; names: string[] }
  commands: RunCommand[]
  values?: Record<string, unknown>
}

const SUBMITTING = { name: 'submit_commands', statement: SUBMIT }
const RESOLVING = { name: 'resolve_wait', statement: RESOLVE }

async function ask<Row>(db: Pool | PoolClient, run: CommandedRun, owner: Id | null, question: Question) {
  const { name, statement, commands } = question
  const text = JSON.stringify(commands)
  const all: Record<string, unknown> = {
    ...question.values,
    RUN: run.id,
    TEAM: run.teamId,
    OWNER: owner,
    CAP: run.workflowCap ?? null,
    ENDS: isEnd(commands),
    COUNT: commands.length,
    COMMANDS: text,
  }
  const result = await db.query<Row & Omit<Asked, 'written'>>({
    name,
    text: statement.text,
    values: statement.names.map((key) => all[key]),
  })
  const row = result.rows[0]
  const written: RunCommand[] = JSON.parse(text) // as it comes back when it is read
  return row && { ...row, written }
}

/** A run that only has to be ended needs no slot: nothing of it is executed any more. */
function isEnd(commands: readonly RunCommand[]): boolean {
  return commands.some(({ kind }) => kind === 'stop' || kind === 'timeout')
}

/** How long a person's decision waits for a slot before it is stored as one for a run in the queue. */
const PATIENCE_MS = 20

async function placeFor(local: LocalWorker, run: CommandedRun, mode: 'end' | 'hurry' | 'queue'): Promise<Place | null> {
  if (local.letGo(run.id) !== undefined) return null
  const { workflowId, workflowCap } = run
  const place = await local.reserve({
    teamId: run.teamId,
    workflow: workflowId != null && workflowCap != null ? { workflowId, cap: workflowCap } : null,
    patienceMs: PATIENCE_MS,
    mode,
  })
  return 'release' in place ? place : null
}

/** Somebody has to apply the commands: the worker here that just took the run, the one here that holds it, another's, or the queue. */
function wake(row: Asked, local: LocalWorker | undefined, place: Place | null): void {
  if (row.queued) local?.noteQueued(row.teamId)
  else if (row.taken && place) local?.take(row, place, row.written)
  else if (row.leaseOwner === null) return
  else if (local?.owner === row.leaseOwner) local.poke(row.id)
  else notify(pokePayload(row.leaseOwner, row.id)).catch(() => undefined)
}

/**
 * Writes commands for a run that has not ended, and wakes whoever is to apply them. Null: the run has ended, or is not the team's.
 */
export async function submitCommands(
  run: CommandedRun,
  commands: RunCommand[],
  /** Of what a person or key does to the run, for the audit log; absent for what the engine does. */
  audit?: { by: AuditBy; action: AuditAction },
): Promise<RunRow | null> {
  return withPlace(run, isEnd(commands) ? 'end' : 'queue', async (owner) => {
    const question = { ...SUBMITTING, commands }
    if (audit === undefined) {
      const row = await ask(pool(), run, owner, question)
      return { row, result: row ?? null }
    }
    return inTransaction(async (client, atLast) => {
      const row = await ask(client, run, owner, question)
      if (row) await recordRunAudit(client, { runId: run.id, ...audit }, atLast)
      return { row, result: row ?? null }
    })
  })
}

/** A wait with what is needed to command its run. */
export type CommandedWait = Omit<CommandedRun, 'id'> & {
  id: Id
  runId: Id
  nodeId: string
  path: string[]
  kind: WaitKind
}

/**
 * Resolves an open wait: the one conditional update that decides it, together with the command that tells the log.
 * `before`: commands that go in front of it (a new turn). Null: it was not open any more, was past its due time on the
 * database clock, or the run has ended.
 */
export async function resolveWait(
  wait: CommandedWait,
  by: { actor: Actor; userId: Id | null },
  outcome: WaitOutcome,
  before: RunCommand[] = [],
): Promise<{ resolvedAt: Date } | null> {
  const run = { ...wait, id: wait.runId }
  crashPoint('resume.before_commit')
  const mode = by.actor.kind === 'system' && before.length === 0 ? 'hurry' : 'queue'
  const resolved = await withPlace(run, mode, async (owner) => {
    const row = await ask<{ resolvedAt: Date }>(pool(), run, owner, resolution(wait, by, outcome, before))
    return { row, result: row ? { resolvedAt: row.resolvedAt } : null }
  })
  if (resolved) crashPoint('resume.after_commit')
  return resolved
}

function resolution(
  wait: CommandedWait,
  by: { actor: Actor; userId: Id | null },
  outcome: WaitOutcome,
  before: RunCommand[] = [],
): Question {
  const { id: waitId, nodeId, path, kind: waitKind } = wait
  const command: RunCommand = { kind: 'resolve', waitId, nodeId, path, waitKind, actor: by.actor, outcome }
  const values = {
    WAIT: waitId,
    OUTCOME: JSON.stringify(outcome),
    BY: by.actor.name,
    USER: by.userId,
    FIRED: outcome.kind === 'fired',
  }
  return { ...RESOLVING, commands: [...before, command], values }
}

export interface WaitStand {
  /** Whether it may still be answered: nobody has, its time is not over on the database clock, and the run has not ended. */
  isOpen: boolean
  /** The clock of the database. */
  now: string
}

/** What can be done of a wait while nobody else changes anything of its run. */
export interface HeldWait {
  client: PoolClient
  /** See {@link inTransaction}. */
  atLast: (statement: Promise<unknown>) => void
  /** How it stands, once the run is held. */
  stand: Promise<WaitStand>
  submit(commands: RunCommand[]): Promise<void>
  /** As {@link resolveWait}; false: its time has run out meanwhile. */
  resolve(by: { actor: Actor; userId: Id | null }, outcome: WaitOutcome): Promise<boolean>
}

/** Does `work` in one transaction that holds the run and so this wait, and then wakes whoever is to apply what it wrote. */
export async function holdWait<T>(wait: CommandedWait, work: (held: HeldWait) => Promise<T>): Promise<T> {
  const run = { ...wait, id: wait.runId }
  return withPlace(run, 'queue', async (owner) => {
    let row: Asked | undefined
    const result = await inTransaction(async (client, atLast) => {
      // In this order, as everybody does: what follows reads what stands once the run is ours.
      const locked = client.query({
        name: 'hold_run',
        text: 'SELECT FROM runs WHERE id = $1 AND team_id = $2 FOR UPDATE',
        values: [run.id, run.teamId],
      })
      const stand = standOf(client, wait.id)
      const held = together(locked, stand)
      const working = work({
        client,
        atLast,
        stand,
        submit: async (commands) => {
          row = await ask(client, run, owner, { ...SUBMITTING, commands })
        },
        resolve: async (by, outcome) => {
          row = await ask(client, run, owner, resolution(wait, by, outcome))
          return row !== undefined
        },
      })
      const [, done] = await together(held, working) // in this order: what fails behind the lock fails because of it
      if (row) crashPoint('resume.before_commit')
      return done
    })
    if (row) crashPoint('resume.after_commit')
    return { row, result }
  })
}

async function standOf(client: PoolClient, waitId: Id): Promise<WaitStand> {
  const { rows } = await client.query<WaitStand>({
    name: 'stand_of_wait',
    text: `SELECT w.state = 'open' AND (w.due_at IS NULL OR w.due_at > clock_timestamp()) AND r.status NOT IN ${TERMINAL_SQL} AS "isOpen",
             to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS now
           FROM waits w JOIN runs r ON r.id = w.run_id WHERE w.id = $1`,
    values: [waitId],
  })
  return rows[0] ?? { isOpen: false, now: '' }
}

/** Commands after `applied`, in order. */
export async function readCommands(runId: Id, applied: number): Promise<StoredCommand[]> {
  const result = await pool().query<{ seq: number; data: RunCommand }>({
    name: 'read_commands',
    text: 'SELECT seq, data FROM run_commands WHERE run_id = $1 AND seq > $2 ORDER BY seq',
    values: [runId, applied],
  })
  return result.rows.map((row) => ({ ...row.data, seq: row.seq }))
}

/** Whether a callback node was called before it was reached. */
export async function hasEarlyCallback(at: { runId: Id; nodeId: string; path: string[] }): Promise<boolean> {
  const result = await pool().query({
    name: 'early_callback',
    text: `SELECT 1 FROM run_commands WHERE run_id = $1 AND kind = 'callback' AND data ->> 'nodeId' = $2 AND (data -> 'path')::jsonb = $3::jsonb`,
    values: [at.runId, at.nodeId, JSON.stringify(at.path)],
  })
  return (result.rowCount ?? 0) > 0
}

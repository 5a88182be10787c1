import type { Actor, WaitKind } from '../engine/events'
import type { WaitOutcome } from '../engine/waits'
import { crashPoint } from '../faults'
import type { Id } from '../ids'
import { pool } from './client'
import { localOwner, localWorker } from './local-worker'
import { notify, pokePayload } from './notify'
import { enqueueSql, FREE_SQL, RUN_COLUMNS, type RunRow, TERMINAL_SQL } from './runs'

/** What others ask of a run. Written here, applied to the log by whoever holds the run. */
export type RunCommand =
  | { kind: 'turn'; actor: Actor; command: string }
  | { kind: 'pause'; actor: Actor }
  | { kind: 'resume'; actor: Actor }
  | { kind: 'stop'; actor: Actor; reason: string }
  | { kind: 'timeout' }
  /** A callback URL was called before its node was reached. */
  | { kind: 'callback'; nodeId: string; path: string[]; data: unknown }
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

const BUMP = `
bumped AS (
  UPDATE runs r SET command_seq = r.command_seq + $COUNT, updated_at = now(),
    lease_owner = CASE WHEN l.free THEN coalesce($OWNER::uuid, CASE WHEN l.held THEN r.lease_owner END) ELSE r.lease_owner END,
    lease_epoch = r.lease_epoch + CASE WHEN l.free AND $OWNER::uuid IS NOT NULL THEN 1 ELSE 0 END,
    recoveries = r.recoveries + CASE WHEN l.free AND l.held AND $OWNER::uuid IS NOT NULL THEN 1 ELSE 0 END
  FROM locked l
  WHERE r.id = l.id AND r.status NOT IN ${TERMINAL_SQL} $AND
  RETURNING ${RUN_COLUMNS}, l.free AND $OWNER::uuid IS NOT NULL AS taken, l.held
)`

const LOCK = `
locked AS (
  SELECT r.id, r.lease_owner IS NOT NULL AS held, ${FREE_SQL} AS free FROM runs r WHERE r.id = $RUN AND r.team_id = $TEAM FOR UPDATE
)`

const SUBMIT = number(
  `WITH ${LOCK}, ${BUMP.replace('$AND', '')}, written AS (
  INSERT INTO run_commands (run_id, seq, team_id, kind, data)
  SELECT b.id, b."commandSeq" - $COUNT + c.n, b."teamId", c.command ->> 'kind', c.command
  FROM bumped b, json_array_elements($COMMANDS::json) WITH ORDINALITY AS c(command, n)
)
SELECT b.*, CASE WHEN b."leaseOwner" IS NULL THEN (${enqueueSql('b.id')}).id END AS job FROM bumped b`,
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
SELECT b.*, a.resolved_at AS "resolvedAt", CASE WHEN b."leaseOwner" IS NULL THEN (${enqueueSql('b.id')}).id END AS job
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

async function ask<Row>(name: string, statement: { text: string; names: string[] }, values: Record<string, unknown>) {
  const result = await pool().query<Row & RunRow & { taken: boolean; held: boolean }>({
    name,
    text: statement.text,
    values: statement.names.map((key) => values[key]),
  })
  const row = result.rows[0]
  if (row) wake(row)
  return row
}

/** Somebody has to apply the commands: the worker here that just took the run, the one here that holds it, or another's. */
function wake(row: RunRow & { taken: boolean }): void {
  const local = localWorker()
  if (row.leaseOwner === null) return
  if (row.taken) local?.take(row)
  else if (local?.owner === row.leaseOwner) local.poke(row.id)
  else notify(pokePayload(row.leaseOwner, row.id)).catch(() => undefined)
}

/**
 * Writes commands for a run that has not ended, and wakes whoever is to apply them. Null: the run has ended, or is not the team's.
 */
export async function submitCommands(run: { id: Id; teamId: Id }, commands: RunCommand[]): Promise<RunRow | null> {
  const row = await ask('submit_commands', SUBMIT, {
    RUN: run.id,
    TEAM: run.teamId,
    OWNER: localOwner(),
    COUNT: commands.length,
    COMMANDS: JSON.stringify(commands),
  })
  return row ?? null
}

/**
 * Resolves an open wait: the one conditional update that decides it, together with the command that tells the log.
 * `before`: commands that go in front of it (a new turn). Null: it was not open any more, was past its due time on the
 * database clock, or the run has ended.
 */
export async function resolveWait(
  wait: { id: Id; runId: Id; teamId: Id; nodeId: string; path: string[]; kind: WaitKind },
  by: { actor: Actor; userId: Id | null },
  outcome: WaitOutcome,
  before: RunCommand[] = [],
): Promise<{ resolvedAt: Date } | null> {
  const command: RunCommand = {
    kind: 'resolve',
    waitId: wait.id,
    nodeId: wait.nodeId,
    path: wait.path,
    waitKind: wait.kind,
    actor: by.actor,
    outcome,
  }
  const commands = [...before, command]
  crashPoint('resume.before_commit')
  const row = await ask<{ resolvedAt: Date }>('resolve_wait', RESOLVE, {
    RUN: wait.runId,
    TEAM: wait.teamId,
    OWNER: localOwner(),
    COUNT: commands.length,
    COMMANDS: JSON.stringify(commands),
    WAIT: wait.id,
    OUTCOME: JSON.stringify(outcome),
    BY: by.actor.name,
    USER: by.userId,
    FIRED: outcome.kind === 'fired',
  })
  if (row) crashPoint('resume.after_commit')
  return row ? { resolvedAt: row.resolvedAt } : null
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

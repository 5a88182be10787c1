import { z } from 'zod'

/**
 * The events of a run. The log of these is the truth; {@link applyEvent} folds it everywhere: in the worker, in the page,
 * in the tests. An event has the same shape in the database, on the wire and in memory, hence the snake_case.
 *
 * Payloads live once, in node runs: an event names the node run by `node_id` and `path` and never holds its output.
 * Every event has `seq` (1, 2, 3 … per run, no gaps) and `at` (ISO 8601, database clock at commit or worker clock before it).
 */

/** Where a node ran: enclosing container items and loop visits from the outside in, e.g. `["each:3", "visit:2"]`. */
const address = { node_id: z.string(), path: z.array(z.string()) }

export const failureSchema = z.object({
  code: z.string(),
  message: z.string(),
  /** Free, small facts about the failure, e.g. `{ "status": 503 }`. */
  details: z.record(z.string(), z.unknown()).optional(),
})
export type Failure = z.infer<typeof failureSchema>

export const callUsageSchema = z.object({
  provider: z.string(),
  model: z.string(),
  input_tokens: z.int(),
  output_tokens: z.int(),
  latency_ms: z.number(),
  /** null: nobody said what this model costs. */
  cost_usd: z.number().nullable().default(null),
})
export type CallUsage = z.infer<typeof callUsageSchema>

/** Who did something: shown to people, and kept. Never holds a secret. */
export const actorSchema = z.object({
  kind: z.enum(['user', 'api_key', 'system']),
  id: z.string().optional(),
  name: z.string(),
})
export type Actor = z.infer<typeof actorSchema>

export const waitKindSchema = z.enum(['timer', 'retry', 'approval', 'input', 'callback', 'child'])
export type WaitKind = z.infer<typeof waitKindSchema>

const eventShapes = {
  run_started: {
    actor: actorSchema,
    trigger: z.string(),
    version_number: z.int().nullable(),
    /** The run and node that this run was started by, when it is the run of a sub-workflow. */
    parent: z.object({ run_id: z.string(), ...address }).optional(),
    /** The run whose results this one reuses. `from_node`: the node that was chosen to begin again at. */
    source: z
      .object({ run_id: z.string(), kind: z.enum(['retry', 'fork']), from_node: z.string().optional() })
      .optional(),
  },
  /** A later turn of a conversation: new input arrived. Turn 1 begins with `run_started`. */
  turn_started: { turn: z.int(), actor: actorSchema, command: z.string() },
  /** An effect is about to be called. Inline (pure) nodes have no such event: their start and end are one event. */
  node_started: { ...address, attempt: z.int() },
  node_succeeded: {
    ...address,
    attempt: z.int(),
    /** The port taken; every other outgoing edge is dead. */
    port: z.string(),
    started_at: z.string(),
    output_bytes: z.int(),
    /** Present when the value is kept apart, under this blob id. */
    output_blob: z.string().optional(),
  },
  /** One attempt failed. `retry` true: another attempt follows after the retry wait. `port`: the error is data and flows on here. */
  node_failed: {
    ...address,
    attempt: z.int(),
    started_at: z.string(),
    error: failureSchema,
    retry: z.boolean(),
    port: z.string().optional(),
  },
  /** A wait was opened; see the `waits` row of this id for what is asked. */
  node_waiting: {
    ...address,
    attempt: z.int(),
    wait_id: z.string(),
    kind: waitKindSchema,
    /** Branches that wait for people have a thread each; the first to wait in a run is "0". */
    thread: z.string().optional(),
    title: z.string().optional(),
    due_at: z.string().optional(),
    /** A sub-workflow: the run that is waited for. */
    child_run_id: z.string().optional(),
  },
  /** Time came: a delay ended, a retry is due, or a human task passed its due time (then `port` is `timedOut`). */
  timer_fired: { ...address, wait_id: z.string(), kind: waitKindSchema, port: z.string().optional() },
  input_received: { ...address, wait_id: z.string(), actor: actorSchema, output_bytes: z.int() },
  /** One of several people said what they think, and more of them are needed. The vote that decides is `approval_decided`. */
  approval_voted: {
    ...address,
    wait_id: z.string(),
    decision: z.enum(['approved', 'rejected']),
    actor: actorSchema,
    comment: z.string().optional(),
    shown_hash: z.string(),
    /** Approvals that counted when it was cast, and how many are needed. */
    approvals: z.int(),
    approvals_needed: z.int(),
  },
  /** Nobody decided in time: others are asked, by the `node_waiting` that follows. */
  approval_escalated: { ...address, wait_id: z.string(), to: z.array(z.string()) },
  approval_decided: {
    ...address,
    wait_id: z.string(),
    decision: z.enum(['approved', 'rejected']),
    actor: actorSchema,
    comment: z.string().optional(),
    /** SHA-256 of what was shown to the person, hex. */
    shown_hash: z.string(),
    output_bytes: z.int(),
  },
  /** A container opened: its body runs once per item (`forEach`), or for as long as its condition holds (`while`). */
  container_started: {
    ...address,
    attempt: z.int(),
    container: z.enum(['forEach', 'while']),
    /** Number of items; absent for `while`. */
    items: z.int().optional(),
    concurrency: z.int(),
    on_item_error: z.enum(['fail', 'collect']),
  },
  /** The condition of a `while` was asked before turn `index`; `go` false: the container is done. */
  while_checked: { ...address, index: z.int(), go: z.boolean() },
  /** The URL of a callback node was called. `wait_id` is absent when the call came before the node was reached: it is kept. */
  callback_received: {
    ...address,
    wait_id: z.string().optional(),
    output_bytes: z.int(),
    output_blob: z.string().optional(),
  },
  /** The run of a sub-workflow waits for people, or no longer does. `waiting_for`: the name of the node there. */
  child_waiting: {
    ...address,
    wait_id: z.string(),
    run_id: z.string(),
    status: z.enum(['waiting_for_user_input', 'waiting_for_approval', 'running']),
    waiting_for: z.string().nullable(),
  },
  /** The run of a sub-workflow ended. Its output is the node's when it completed; otherwise `node_failed` follows. */
  child_ended: {
    ...address,
    wait_id: z.string(),
    run_id: z.string(),
    status: z.string(),
    tokens: z.int(),
    cost_usd: z.number(),
    output_bytes: z.int().optional(),
    output_blob: z.string().optional(),
  },
  /** A result taken over from the run that this one continues: the node is not executed again. */
  node_reused: {
    ...address,
    port: z.string().optional(),
    error: failureSchema.optional(),
    output_bytes: z.int().optional(),
    output_blob: z.string().optional(),
  },
  /** A result came after its attempt had timed out or was cut off. It is nobody's: what was decided without it stands. */
  result_discarded: { ...address, attempt: z.int(), reason: z.enum(['timeout', 'cut_off']) },
  llm_called: { ...address, attempt: z.int(), usage: callUsageSchema },
  /** A limit is near: said once for each. */
  run_warning: { code: z.string(), message: z.string() },
  message_shown: { ...address, text: z.string(), state: z.record(z.string(), z.unknown()).optional() },
  /** Nothing more can be done until a wait resolves. The run holds no process, no connection and no slot. */
  run_waiting: {
    status: z.enum(['waiting_for_user_input', 'waiting_for_approval', 'running']),
    nodes: z.array(z.string()),
  },
  run_paused: { actor: actorSchema },
  run_resumed: { actor: actorSchema },
  /** Another worker took the run over after its owner's lease ended. */
  run_recovered: { recoveries: z.int() },
  run_completed: { output_bytes: z.int(), output_blob: z.string().optional() },
  run_failed: {
    reason: z.string(),
    summary: z.string(),
    node_id: z.string().optional(),
    error: failureSchema.optional(),
  },
  run_cancelled: {
    reason: z.string(),
    summary: z.string(),
    actor: actorSchema.optional(),
    node_id: z.string().optional(),
  },
  run_timed_out: { summary: z.string() },
  run_aborted: { reason: z.string(), summary: z.string(), node_id: z.string().optional() },
} as const

type Shapes = typeof eventShapes
export type EventType = keyof Shapes
export const EVENT_TYPES = Object.keys(eventShapes) as EventType[]

/** An event before it has its place in the log. */
export type NewEvent = { [T in EventType]: { type: T } & z.infer<z.ZodObject<Shapes[T]>> }[EventType]
/** An event in the log. */
export type RunEvent = NewEvent & { seq: number; at: string }

const place = { seq: z.int().min(1), at: z.string() }
const members = EVENT_TYPES.map((type) => z.object({ type: z.literal(type), ...place, ...eventShapes[type] }))

/** Validates one event; unknown members are dropped, so an older reader survives a newer writer. */
export const runEventSchema = z.discriminatedUnion(
  'type',
  members as unknown as [z.ZodObject<{ type: z.ZodLiteral<string> }>], // the map above loses the tuple; EventType keeps it
) as unknown as z.ZodType<RunEvent>

export const RUN_STATUSES = [
  'not_started',
  'started',
  'running',
  'paused',
  'waiting_for_user_input',
  'waiting_for_approval',
  'completed',
  'failed',
  'cancelled',
  'aborted_looping_risk',
  'skipped',
  'timed_out',
] as const
export type RunStatus = (typeof RUN_STATUSES)[number]

export const TERMINAL_STATUSES = [
  'completed',
  'failed',
  'cancelled',
  'aborted_looping_risk',
  'skipped',
  'timed_out',
] as const satisfies RunStatus[]
export type TerminalStatus = (typeof TERMINAL_STATUSES)[number]

export function isTerminal(status: RunStatus): status is TerminalStatus {
  return (TERMINAL_STATUSES as readonly RunStatus[]).includes(status)
}

/** One text for an address: `each:3/visit:2/send`. Unique per run; the primary key of node runs. */
export function nodeKey(path: readonly string[], nodeId: string): string {
  return path.length === 0 ? nodeId : `${path.join('/')}/${nodeId}`
}

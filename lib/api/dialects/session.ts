import { isTerminal, nodeKey, type RunEvent, type RunStatus } from '../../engine/events'
import { AppError } from '../../errors'
import { type Id, requireId, toObjectId } from '../../ids'
import { nodeRunInputsSchema, type SessionBody, type SessionTurn } from '../contracts/execute'
import type { OpenWait, Run } from '../contracts/runs'

/** The *session* dialect: turn by turn over plain HTTP. A pure pair, request → command and run → response. */

/** What a session request asks for. */
export type SessionCommand =
  | {
      type: 'start'
      input: unknown
      dynamicVariables: Record<string, unknown> | undefined
      runtimeVariables: Record<string, unknown> | undefined
      miscellaneous: Record<string, unknown> | undefined
      version: number | undefined
      runBy: string | undefined
    }
  | { type: 'pause' | 'stop'; runId: Id }
  /** `inputs` by thread or node id; `data` for the one open input; both undefined: just go on. */
  | { type: 'continue'; runId: Id; inputs: Record<string, unknown> | undefined; data: unknown }

type RunInput = SessionBody['run_input']

/** Throws `validation_failed` (422) for what no turn can mean, and `invalid_id` (400) for a malformed run_id. */
export function sessionCommand(body: SessionBody, version: number | undefined): SessionCommand {
  const { run_input: given } = body
  const inputs = inputsOf(given.thread_to_node_inputs ?? {})
  const command = given.command ?? undefined
  if (body.run_id === undefined || body.run_id === null) return startCommand(given, command, inputs, version)
  const runId = requireId(body.run_id, 'run_id')
  if (command === 'pause' || command === 'stop') return { type: command, runId }
  // The variables, the version and run_by are those of the first turn; sent again they change nothing.
  return { type: 'continue', runId, inputs, data: inputs === undefined ? given.input : undefined }
}

function startCommand(
  given: RunInput,
  command: RunInput['command'],
  inputs: Record<string, unknown> | undefined,
  version: number | undefined,
): SessionCommand {
  if (command !== undefined && command !== null && command !== 'start') {
    throw invalid('run_input.command', `${command} needs the run_id of a run; without one only start is possible`)
  }
  const [thread] = Object.keys(inputs ?? {})
  if (thread !== undefined) {
    throw invalid(
      `run_input.thread_to_node_inputs.${thread}`,
      `nothing is waiting at ${thread}: the run has not started`,
    )
  }
  return {
    type: 'start',
    input: given.input,
    dynamicVariables: given.dynamic_variables ?? undefined,
    runtimeVariables: given.runtime_variables ?? undefined,
    miscellaneous: given.miscellaneous ?? undefined,
    version,
    runBy: given.run_by ?? undefined,
  }
}

/**
 * Answers by thread or node id. A value is the data itself, or `{ node_run_inputs: [...] }` whose entries may name their
 * node; an empty list answers nothing. Undefined when nothing is answered at all.
 */
function inputsOf(threads: Record<string, unknown>): Record<string, unknown> | undefined {
  const inputs: Record<string, unknown> = Object.create(null)
  for (const [thread, value] of Object.entries(threads)) {
    const path = `run_input.thread_to_node_inputs.${thread}`
    if (!isNodeRunInputs(value)) {
      inputs[thread] = value
      continue
    }
    const parsed = nodeRunInputsSchema.safeParse(value)
    if (!parsed.success) throw invalid(path, 'expected { "node_run_inputs": [{ "node_id"?, "data"?, "messages"? }] }')
    for (const [index, item] of parsed.data.node_run_inputs.entries()) {
      const target = item.node_id ?? thread
      if (target in inputs) throw invalid(`${path}.node_run_inputs.${index}`, `${target} is answered twice`)
      inputs[target] = dataOf(item, `${path}.node_run_inputs.${index}`)
    }
  }
  return Object.keys(inputs).length === 0 ? undefined : inputs
}

function isNodeRunInputs(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, 'node_run_inputs')
}

/** `data`, or else what the last of `messages` says. */
function dataOf(item: { data?: unknown; messages?: unknown[] }, path: string): unknown {
  if (item.data !== undefined) return item.data
  const message = item.messages?.at(-1)
  if (message === undefined) throw invalid(path, 'expected data or messages')
  const isRecord = typeof message === 'object' && message !== null && 'content' in message
  return isRecord ? message.content : message
}

/** Where the fields of the commands behind this dialect stand in its own body. */
const FIELD_NAMES: Record<string, string> = {
  input: 'run_input.input',
  data: 'run_input.input',
  inputs: 'run_input.thread_to_node_inputs',
}

/** A refusal of the commands behind, with its fields named as the caller wrote them. */
export function sessionError(error: unknown): unknown {
  if (!(error instanceof AppError) || error.errors.length === 0) return error
  const errors = error.errors.map(({ path, message }) => {
    const [head = '', ...rest] = path.split('.')
    return { path: [FIELD_NAMES[head] ?? head, ...rest].join('.'), message }
  })
  const { code, extra, retryAfterSeconds } = error
  return new AppError(code, error.message, { errors, extra, retryAfterSeconds, cause: error })
}

function invalid(path: string, message: string): AppError {
  return new AppError('validation_failed', `${path}: ${message}.`, { errors: [{ path, message }] })
}

/** What a run's turn came to. `output` of an event: of the node that ended there. */
export interface Turn {
  run: Run
  events: { event: RunEvent; node_name: string | null; output: SessionOutput | null }[]
  /** False: the time to wait was over first. */
  settled: boolean
}
export type SessionOutput = { value: unknown } | { blob_id: string; bytes: number }

const PROJECTED: Record<RunStatus, SessionTurn['status']> = {
  not_started: 'not_started',
  started: 'started',
  running: 'running',
  paused: 'paused',
  waiting_for_user_input: 'waiting_for_user_input',
  waiting_for_approval: 'paused',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
  aborted_looping_risk: 'aborted_looping_risk',
  skipped: 'completed',
  timed_out: 'failed',
}

/** A turn as session clients read it. */
export function sessionTurn(turn: Turn): SessionTurn {
  const { run, settled } = turn
  const open = settled
    ? (run.waits.find((wait) => wait.kind === 'input') ?? run.waits.find((wait) => wait.kind === 'approval'))
    : undefined
  const status = settled || !isQuiet(run.status) ? PROJECTED[run.status] : 'running'
  return {
    run_id: toObjectId(run.id),
    status,
    turn_number: run.turn,
    events: sessionEvents(turn.events),
    is_waiting_for_input: open?.kind === 'input',
    is_completed: status === 'completed',
    error: ['failed', 'aborted_looping_risk'].includes(status) ? errorText(run) : null,
    next_input_hint: open === undefined ? null : hintOf(open),
    output: run.output,
    output_ref: run.output_ref,
    canonical_status: run.status,
    link_url: run.link_url,
  }
}

/** A status that only a settled run has to show. */
function isQuiet(status: RunStatus): boolean {
  return !isTerminal(status) && !['not_started', 'started', 'running'].includes(status)
}

function errorText(run: Run): string {
  return run.error_summary ?? run.error?.message ?? run.error_reason ?? 'The run failed.'
}

type SessionEvent = SessionTurn['events'][number]
/** What a node's end, or its wait, tells of how it began. */
type NodeEnd = Extract<RunEvent, { type: 'node_succeeded' | 'node_failed' | 'node_waiting' }>

/**
 * The log as it is, with two things said more plainly: a node's end carries its name and output, and a node whose start and
 * end are one entry of the log has a start too, in front of the first event that names it and under the same `seq`.
 */
function sessionEvents(items: Turn['events']): SessionTurn['events'] {
  const ends = new Map<string, NodeEnd>()
  for (const { event } of items) {
    if (!isNodeEnd(event)) continue
    const key = nodeKey(event.path, event.node_id)
    if (!ends.has(key)) ends.set(key, event)
  }
  const begun = new Set<string>()
  return items.flatMap(({ event, node_name, output }): SessionTurn['events'] => {
    const { type, seq, at, ...rest } = event
    const told: SessionEvent = {
      type,
      seq,
      at,
      ...rest,
      ...(node_name === null ? {} : { node_name }),
      ...outputMembers(output),
    }
    if (!('path' in event)) return [told]
    const key = nodeKey(event.path, event.node_id)
    const end = ends.get(key)
    const isBegun = begun.has(key) || type === 'node_started' || end === undefined
    begun.add(key)
    if (isBegun) return [told]
    const { node_id, path, attempt } = end
    const startedAt = end.type === 'node_waiting' ? end.at : end.started_at
    return [{ type: 'node_started', seq, at: startedAt, node_id, path, attempt, node_name }, told]
  })
}

function isNodeEnd(event: RunEvent): event is NodeEnd & RunEvent {
  return event.type === 'node_succeeded' || event.type === 'node_failed' || event.type === 'node_waiting'
}

function outputMembers(output: SessionOutput | null): Record<string, unknown> {
  if (output === null) return {}
  return 'value' in output ? { output: output.value } : { output_ref: output }
}

function hintOf(wait: OpenWait): NonNullable<SessionTurn['next_input_hint']> {
  const kind = wait.kind === 'approval' ? 'approval' : 'input'
  return {
    node_id: wait.node_id,
    node_name: wait.node_name,
    thread_id: wait.thread,
    kind,
    prompt: wait.title,
    schema: wait.schema,
    options: kind === 'approval' ? ['approved', 'rejected'] : optionsOf(wait.schema),
  }
}

/** The choices of a schema that offers some: its own `enum`, or that of its only property. */
function optionsOf(schema: Record<string, unknown> | null): unknown[] {
  if (schema === null) return []
  if (Array.isArray(schema.enum)) return schema.enum
  const properties = Object.values((schema.properties ?? {}) as Record<string, unknown>)
  const [only] = properties
  if (properties.length !== 1 || typeof only !== 'object' || only === null || !('enum' in only)) return []
  return Array.isArray(only.enum) ? only.enum : []
}

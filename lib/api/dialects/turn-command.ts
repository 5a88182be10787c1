import { AppError } from '../../errors'
import type { Id } from '../../ids'
import { nodeRunInputsSchema } from '../contracts/execute'

/** What a request of the session or record dialect asks for. */
export type TurnCommand =
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

/** The members that both dialects have, wherever they stand. */
export interface TurnInput {
  command?: 'start' | 'data' | 'resume' | 'pause' | 'stop' | null | undefined
  dynamic_variables?: Record<string, unknown> | null | undefined
  runtime_variables?: Record<string, unknown> | null | undefined
  miscellaneous?: Record<string, unknown> | null | undefined
  thread_to_node_inputs?: Record<string, unknown> | null | undefined
  run_by?: string | null | undefined
  input?: unknown
}

/** Where the members stand in the body, and what the id of the run is called. */
export interface Shape {
  prefix: '' | 'run_input.'
  runIdField: 'run_id' | 'workflow_run_id'
}

/** Throws `validation_failed` (422) for what no turn can mean. */
export function turnCommand(
  given: TurnInput,
  runId: Id | undefined,
  version: number | undefined,
  shape: Shape,
): TurnCommand {
  const inputs = inputsOf(given.thread_to_node_inputs ?? {}, `${shape.prefix}thread_to_node_inputs`)
  const command = given.command ?? undefined
  if (runId === undefined) return startCommand(given, inputs, version, shape)
  if (command === 'pause' || command === 'stop') return { type: command, runId }
  // The variables, the version and run_by are those of the first turn; sent again they change nothing.
  return { type: 'continue', runId, inputs, data: inputs === undefined ? given.input : undefined }
}

function startCommand(
  given: TurnInput,
  inputs: Record<string, unknown> | undefined,
  version: number | undefined,
  { prefix, runIdField }: Shape,
): TurnCommand {
  const { command } = given
  if (command !== undefined && command !== null && command !== 'start') {
    throw invalid(`${prefix}command`, `${command} needs the ${runIdField} of a run; without one only start is possible`)
  }
  const [thread] = Object.keys(inputs ?? {})
  if (thread !== undefined) {
    throw invalid(
      `${prefix}thread_to_node_inputs.${thread}`,
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
function inputsOf(threads: Record<string, unknown>, root: string): Record<string, unknown> | undefined {
  const inputs: Record<string, unknown> = Object.create(null)
  for (const [thread, value] of Object.entries(threads)) {
    const path = `${root}.${thread}`
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

/** A refusal of the commands behind, with its fields named as the caller wrote them: `names` by the first segment. */
export function renamedError(error: unknown, names: Record<string, string>): unknown {
  if (!(error instanceof AppError) || error.errors.length === 0) return error
  const errors = error.errors.map(({ path, message }) => {
    const [head = '', ...rest] = path.split('.')
    return { path: [names[head] ?? head, ...rest].join('.'), message }
  })
  const { code, extra, retryAfterSeconds } = error
  return new AppError(code, error.message, { errors, extra, retryAfterSeconds, cause: error })
}

export function invalid(path: string, message: string): AppError {
  return new AppError('validation_failed', `${path}: ${message}.`, { errors: [{ path, message }] })
}

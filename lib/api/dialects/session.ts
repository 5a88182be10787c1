import { nodeKey, type RunEvent } from '../../engine/events'
import { requireId, toObjectId } from '../../ids'
import type { SessionBody, SessionTurn } from '../contracts/execute'
import type { OpenWait, Run } from '../contracts/runs'
import { turnStatus } from './status'
import { renamedError, type TurnCommand, turnCommand } from './turn-command'

/** The *session* dialect: turn by turn over plain HTTP. A pure pair, request → command and run → response. */

/** Throws `validation_failed` (422) for what no turn can mean, and `invalid_id` (400) for a malformed run_id. */
export function sessionCommand(body: SessionBody, version: number | undefined): TurnCommand {
  const runId = body.run_id === undefined || body.run_id === null ? undefined : requireId(body.run_id, 'run_id')
  return turnCommand(body.run_input, runId, version, { prefix: 'run_input.', runIdField: 'run_id' })
}

/** A refusal of the commands behind, with its fields named as the caller wrote them. */
export function sessionError(error: unknown): unknown {
  return renamedError(error, {
    input: 'run_input.input',
    data: 'run_input.input',
    inputs: 'run_input.thread_to_node_inputs',
  })
}

/** What a run's turn came to. `output` of an event: of the node that ended there. */
export interface Turn {
  run: Run
  events: { event: RunEvent; node_name: string | null; output: SessionOutput | null }[]
  /** False: the time to wait was over first. */
  settled: boolean
}
export type SessionOutput = { value: unknown } | { blob_id: string; bytes: number }

/** A turn as session clients read it. */
export function sessionTurn(turn: Turn): SessionTurn {
  const { run, settled } = turn
  const open = settled
    ? (run.waits.find((wait) => wait.kind === 'input') ?? run.waits.find((wait) => wait.kind === 'approval'))
    : undefined
  const status = turnStatus(turn)
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

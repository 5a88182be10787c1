import { createHash } from 'node:crypto'
import type { NewWait } from '../db/checkpoints'
import { encodePayload } from '../db/payloads'
import { canonicalJson } from '../engine/canonical-json'
import type { Failure } from '../engine/events'
import type { PlanNode } from '../engine/graph'
import { BUDGET_EXCEEDED, MAX_OUTPUT_BYTES } from '../engine/limits'
import { retryDelayMs } from '../engine/retry-delay'
import { nextThread } from '../engine/state'
import type { ApprovalRequest } from '../engine/waits'
import type { Id } from '../ids'
import { NodeError, type RunnerResult } from '../nodes/runner'
import type { LogWriter } from './log-writer'
import type { OutputCache } from './output-cache'
import type { DiscardReason } from './run-node'

/** One attempt of one node, ended: what the log, the node run and the waits say about it. */
export interface EndedAttempt {
  key: string
  node: PlanNode
  path: string[]
  attempt: number
  startedAt: string
  /** The resolved config, as the runner saw it; undefined when it could not be resolved. */
  input: unknown
}

/** Keeps the outputs that later nodes of this run may ask for. */
export type RememberOutput = (key: string, value: unknown) => void

/** An attempt that gave a result: the node succeeded, or waits. */
export function recordResult(writer: LogWriter, ended: EndedAttempt, result: RunnerResult, outputs: OutputCache): void {
  const { key, node, path, attempt, startedAt } = ended
  if (result.type === 'container') {
    recordContainer(writer, ended, result, outputs)
    return
  }
  const input = ended.input === undefined ? {} : { input: writer.keep(encodePayload(ended.input)).stored }
  const row = { key, nodeId: node.id, path, attempt, startedAt, ...input }
  const address = { node_id: node.id, path }
  if (result.type === 'wait') {
    const wait = newWait(writer.chance.newId(), ended, result)
    const isHuman = result.kind === 'approval' || result.kind === 'input'
    const thread = isHuman ? { thread: nextThread(writer.state) } : {}
    const title =
      result.kind === 'approval'
        ? { title: result.request.title }
        : result.kind === 'input'
          ? { title: result.request.prompt }
          : {}
    writer.append({
      type: 'node_waiting',
      ...address,
      attempt,
      wait_id: wait.id,
      kind: result.kind,
      ...thread,
      ...title,
      ...(wait.dueAt ? { due_at: wait.dueAt } : {}),
      ...(wait.kind === 'child' ? { child_run_id: wait.request.runId } : {}),
    })
    writer.wait(wait)
    writer.node({ ...row, status: 'waiting' })
    return
  }
  const encoded = encodePayload(result.output)
  if (encoded.bytes > MAX_OUTPUT_BYTES) {
    const message = `The output has ${encoded.bytes} bytes; at most ${MAX_OUTPUT_BYTES} are allowed. Keep large values elsewhere and pass a reference.`
    const details = { bytes: encoded.bytes, limit: MAX_OUTPUT_BYTES }
    const error = new NodeError('output_too_large', message, { retryable: false, details })
    recordFailure(writer, ended, error, outputs.remember)
    return
  }
  const output = writer.keep(encoded)
  for (const usage of result.calls ?? []) writer.append({ type: 'llm_called', ...address, attempt, usage })
  if (result.message) writer.append({ type: 'message_shown', ...address, ...result.message })
  writer.append({
    type: 'node_succeeded',
    node_id: node.id,
    path,
    attempt,
    port: result.port ?? 'out',
    started_at: startedAt,
    output_bytes: output.bytes,
    ...(output.blob ? { output_blob: output.blob.id } : {}),
  })
  outputs.remember(key, result.output ?? null)
  const succeeded = { status: 'succeeded' as const, output: output.stored, endedAt: writer.now() }
  writer.node(Object.assign(row, succeeded, result.calls && { usage: result.calls }))
}

/** A container opens: its items are kept as its input, and the log says how many there are. */
function recordContainer(
  writer: LogWriter,
  ended: EndedAttempt,
  result: RunnerResult & { type: 'container' },
  outputs: OutputCache,
): void {
  const { key, node, path, attempt, startedAt } = ended
  const isList = result.container === 'forEach'
  const config = typeof ended.input === 'object' ? ended.input : {}
  const input = writer.keep(encodePayload(isList ? { ...config, items: result.items } : config)).stored
  if (isList) outputs.rememberItems(key, result.items)
  writer.append({
    type: 'container_started',
    node_id: node.id,
    path,
    attempt,
    container: result.container,
    ...(isList ? { items: result.items.length } : {}),
    concurrency: isList ? result.concurrency : 1,
    on_item_error: isList ? result.onItemError : 'fail',
  })
  writer.node({ key, nodeId: node.id, path, attempt, startedAt, input, status: 'running' })
}

/** An attempt that failed: another follows after a wait, the error flows on as data, or the run fails. */
export function recordFailure(writer: LogWriter, ended: EndedAttempt, error: unknown, remember: RememberOutput): void {
  const { key, node, path, attempt, startedAt } = ended
  const failure = failureOf(error)
  const address = { node_id: node.id, path }
  const delayMs = retryDelayMs(
    node.policy.retry,
    {
      attempt,
      retryable: error instanceof NodeError ? error.retryable : true,
      retryAfterMs: error instanceof NodeError ? error.retryAfterMs : undefined,
    },
    writer.chance.random(),
  )
  const port =
    delayMs !== undefined || node.policy.onError === 'fail' || failure.code === BUDGET_EXCEEDED
      ? undefined
      : node.policy.onError === 'branch'
        ? 'error'
        : 'out'
  const calls = error instanceof NodeError ? error.calls : []
  for (const usage of calls) writer.append({ type: 'llm_called', ...address, attempt, usage })
  writer.append({
    type: 'node_failed',
    ...address,
    attempt,
    started_at: startedAt,
    error: failure,
    retry: delayMs !== undefined,
    ...(port ? { port } : {}),
  })
  const data = port ? { error: failure } : undefined
  if (data) remember(key, data)
  writer.node({
    key,
    nodeId: node.id,
    path,
    status: 'failed',
    attempt,
    startedAt,
    error: failure,
    ...(calls.length > 0 ? { usage: [...calls] } : {}),
    endedAt: writer.now(),
    ...(ended.input === undefined ? {} : { input: writer.keep(encodePayload(ended.input)).stored }),
    ...(data ? { output: encodePayload(data).stored } : {}),
  })
  if (delayMs === undefined) return
  const wait: NewWait = {
    id: writer.chance.newId(),
    nodeKey: key,
    nodeId: node.id,
    path,
    shownHash: null,
    kind: 'retry',
    request: { attempt: attempt + 1 },
    dueAt: writer.later(delayMs),
  }
  writer.append({ type: 'node_waiting', ...address, attempt, wait_id: wait.id, kind: 'retry', due_at: wait.dueAt })
  writer.wait(wait)
}

/** A result that nobody waits for any more: it is not applied, but that it came is told, and what it used is counted. */
export function recordDiscarded(
  writer: LogWriter,
  { node, path, attempt }: EndedAttempt,
  result: RunnerResult,
  reason: DiscardReason,
): void {
  const address = { node_id: node.id, path, attempt }
  const calls = result.type === 'done' ? (result.calls ?? []) : []
  for (const usage of calls) writer.append({ type: 'llm_called', ...address, usage })
  writer.append({ type: 'result_discarded', ...address, reason })
}

/** What may be told of an error. A NodeError speaks to the author; anything else is our fault and says nothing of our insides. */
export function failureOf(error: unknown): Failure {
  if (error instanceof NodeError) {
    return { code: error.code, message: error.message, ...(error.details ? { details: error.details } : {}) }
  }
  return { code: 'internal', message: 'Something went wrong inside this node; the server log has the details.' }
}

function newWait(id: Id, ended: EndedAttempt, result: RunnerResult & { type: 'wait' }): NewWait {
  const { type: _, ...request } = result
  return {
    id,
    nodeKey: ended.key,
    nodeId: ended.node.id,
    path: ended.path,
    shownHash: result.kind === 'approval' ? shownHash(result.request) : null,
    ...request,
  }
}

/** SHA-256 (hex) of exactly what an approver is shown: bound to the decision, so nobody approves what they did not see. */
export function shownHash(request: ApprovalRequest): string {
  const { title, instructions, shown } = request
  return createHash('sha256').update(canonicalJson({ title, instructions, shown })).digest('hex')
}

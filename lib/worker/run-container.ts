import type { RunRow } from '../db/runs'
import { itemSegment } from '../engine/containers'
import type { Decision } from '../engine/decide'
import { NodeError } from '../nodes/runner'
import { expectFailure } from './desk'
import type { LogWriter } from './log-writer'
import type { OutputCache } from './output-cache'
import type { Program } from './plans'
import { type EndedAttempt, recordFailure, recordResult } from './record-result'
import { prepareNode } from './run-node'

type Due = Decision & { type: 'check' | 'gather' | 'fail' }

/** What an open container needs of the shell: its condition asked, its results gathered, or its failure recorded. */
export async function runDue(
  program: Program,
  run: RunRow,
  writer: LogWriter,
  outputs: OutputCache,
  decision: Due,
): Promise<void> {
  const { container } = decision
  const node = program.plan.nodes.get(container.nodeId)
  if (!node) throw new Error(`the plan has no node ${container.nodeId}`)
  const { key, path } = container
  const startedAt = writer.state.nodes.get(key)?.startedAt ?? writer.now()
  const attempt: EndedAttempt = { key, node, path, attempt: decision.attempt, startedAt, input: undefined }
  try {
    if (decision.type === 'fail') {
      const { code, message, details } = decision.error
      throw new NodeError(code, message, { retryable: false, ...(details ? { details } : {}) })
    }
    if (decision.type === 'check') {
      const go = await askCondition(program, run, outputs, decision)
      writer.append({ type: 'while_checked', node_id: node.id, path, index: container.total, go })
      return
    }
    const output = await gather(program, outputs, decision)
    recordResult(writer, attempt, { type: 'done', output }, outputs)
  } catch (error) {
    expectFailure(error, { program, run, writer, outputs }, key)
    recordFailure(writer, attempt, error, outputs.remember)
  }
}

async function askCondition(program: Program, run: RunRow, outputs: OutputCache, decision: Due): Promise<boolean> {
  const { container, attempt } = decision
  const index = container.total
  const prepared = await prepareNode(program, run, outputs, {
    key: container.key,
    nodeId: container.nodeId,
    path: container.path,
    attempt,
    turn: itemSegment('while', index),
  })
  const { when, maxIterations } = prepared.context.config
  const go = (await prepared.context.evaluate(String(when))) === true
  if (go && index >= Number(maxIterations)) {
    throw new NodeError(
      'loop_limit',
      `It turned ${index} times and would turn again; "Turns at most" is ${maxIterations}.`,
      {
        retryable: false,
        details: { turns: index },
      },
    )
  }
  return go
}

async function gather(program: Program, outputs: OutputCache, { container }: Due): Promise<unknown> {
  if (container.kind === 'while') {
    const [result] = await outputs.readMany([container.results[container.total - 1]])
    return { result, turns: container.total }
  }
  const keys = Array.from({ length: container.total }, (_, index) => container.results[index])
  const errors = container.errors
    .map(({ index, nodeId, error }) => ({ index, node: program.nodesById.get(nodeId)?.name ?? nodeId, error }))
    .sort((a, b) => a.index - b.index)
  return { results: await outputs.readMany(keys), errors, count: container.total }
}

import type { z } from 'zod'
import { runApproval } from './approval.run'
import { runCallback } from './callback.run'
import { runCondition } from './condition.run'
import { runDelay } from './delay.run'
import { runEnd } from './end.run'
import { runFail } from './fail.run'
import { runForEach } from './for-each.run'
import { runHttp } from './http.run'
import { runInput } from './input.run'
import { runLlm } from './llm.run'
import { type CallEstimate, estimateLlm } from './llm-estimate.run'
import { runMerge } from './merge.run'
import { runMessage } from './message.run'
import type { NodeTypeId, nodeTypes } from './registry'
import type { Runner } from './runner'
import { runStart } from './start.run'
import { runSwitch } from './switch.run'
import { runTemplate } from './template.run'
import { runTransform } from './transform.run'
import { runWhile } from './while.run'
import { runWorkflow } from './workflow.run'

type ConfigOf<T extends NodeTypeId> = z.output<(typeof nodeTypes)[T]['config']>

/** What the call of a model will use, for the node types that make one. */
export const callEstimates: { [T in NodeTypeId]?: (config: ConfigOf<T>) => CallEstimate } = { llm: estimateLlm }

/** The effect of every node type, typed by its config. Server only. */
export const runners: { [T in NodeTypeId]: Runner<ConfigOf<T>> } = {
  start: runStart,
  end: runEnd,
  condition: runCondition,
  switch: runSwitch,
  merge: runMerge,
  forEach: runForEach,
  while: runWhile,
  workflow: runWorkflow,
  delay: runDelay,
  callback: runCallback,
  fail: runFail,
  approval: runApproval,
  input: runInput,
  message: runMessage,
  llm: runLlm,
  transform: runTransform,
  template: runTemplate,
  http: runHttp,
}

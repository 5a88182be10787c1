import type { z } from 'zod'
import { callbackUrl } from '../callback-url'
import { publishDelta } from '../db/notify'
import type { RunRow } from '../db/runs'
import { evaluateExpression } from '../engine/expression'
import { ExpressionError } from '../engine/expression-error'
import { buildScope, type ExpressionScope } from '../engine/expression-scope'
import { pathSeenFrom } from '../engine/graph'
import type { RunState } from '../engine/state'
import { holdsPlaceholder, renderTemplate } from '../engine/template'
import { LIMITS } from '../limits'
import type { CallEstimate } from '../nodes/llm-estimate.run'
import { isNodeTypeId, type NodeTypeId, nodeType, nodeTypes } from '../nodes/registry'
import { NodeError, type Runner, type RunnerContext, type RunnerResult } from '../nodes/runner'
import { callEstimates, runners } from '../nodes/runners'
import type { WorkflowNode } from '../workflow/document'
import { OUTSIDE, type OutputCache, type Viewpoint } from './output-cache'
import type { Program } from './plans'
import type { World } from './ports'

/** A node may sift real data: the time limit is on the clock, and a busy machine must not fail a run that is nearly done. */
const NODE_EXPRESSION_LIMITS = { timeoutMs: 3_000 }

/** A node whose config is resolved: everything it depends on is known, nothing has happened yet. */
export interface PreparedNode {
  /** The resolved config: kept as the node run's input. */
  input: unknown
  runner: Runner
  context: Omit<RunnerContext, 'signal'>
  timeoutMs: number
  /** Pure and quick: it leaves nothing behind that could still throw. */
  isInline: boolean
  /** What it will use of a model, when it calls one. */
  call?: CallEstimate | undefined
}

interface Address {
  key: string
  nodeId: string
  path: string[]
  attempt: number
  /** A container that asks its own condition: it looks from inside this turn. */
  turn?: string
}

/** Resolves the config of a node. Throws NodeError naming the field. */
export async function prepareNode(
  program: Program,
  run: RunRow,
  outputs: OutputCache,
  at: Address,
): Promise<PreparedNode> {
  const node = program.nodesById.get(at.nodeId)
  if (!node || !isNodeTypeId(node.type)) {
    throw new NodeError('unknown_type', `There is no node type "${node?.type ?? at.nodeId}".`, { retryable: false })
  }
  const from = viewpointOf(program, at)
  const item = from.containers.length > 0 ? await outputs.itemAt(from) : undefined
  const scope = scopeOf(program, run, outputs, { from, at, item })
  const evaluate = (source: string) => inNode(() => evaluateExpression(source, scope, NODE_EXPRESSION_LIMITS))
  const render = (template: unknown) => inNode(() => renderTemplate(template, scope))
  if (node.pinned && run.versionId === null) return pinned(node, at, run)

  const raw = rawFields(node.type)
  const config: Record<string, unknown> = {}
  for (const [field, value] of Object.entries({ ...node.config, ...overrides(run, node) })) {
    const isPlain = raw.has(field) || !holdsPlaceholder(value)
    config[field] = isPlain ? value : await inField(field, () => renderTemplate(value, scope))
  }
  const parsed = nodeTypes[node.type].config.safeParse(config)
  if (!parsed.success) throw invalidConfig(parsed.error)
  return {
    input: parsed.data,
    runner: runners[node.type] as Runner, // the registry and the runners are keyed by the same type
    context: Object.assign(contextOf(run, at), { config: parsed.data as Record<string, unknown>, evaluate, render }),
    timeoutMs: node.policy?.timeoutMs ?? nodeType(node.type)?.timeoutMs ?? LIMITS.node_time.value,
    call: estimateCall(node.type, parsed.data),
    isInline: program.kinds.get(at.nodeId) !== 'effect',
  }
}

function contextOf(run: RunRow, at: Address) {
  return {
    inputs: run.input,
    idempotencyKey: `${run.id}:${at.key}`,
    attempt: at.attempt,
    delta: (text: string) => publishDelta(run.id, { node_id: at.nodeId, path: at.path, text }),
    run: { id: run.id, workflowId: run.workflowId, teamId: run.teamId, startedAt: run.createdAt.toISOString() },
  }
}

function estimateCall(type: NodeTypeId, config: unknown): CallEstimate | undefined {
  return callEstimates[type]?.(config as never) // parsed by the schema that the estimate is typed with
}

/** A pinned output stands for the node, in runs of the draft only. */
function pinned(node: WorkflowNode, at: Address, run: RunRow): PreparedNode {
  const never = async () => {
    throw new NodeError('pinned', 'a pinned node evaluates nothing')
  }
  return {
    input: null,
    runner: async () => ({ type: 'done', output: node.pinned?.output ?? null }),
    context: Object.assign(contextOf(run, at), { config: {}, evaluate: never, render: never }),
    timeoutMs: LIMITS.node_time.value,
    isInline: true,
  }
}

/** Why nobody waits for a result any more. */
export type DiscardReason = 'timeout' | 'cut_off'

/** Hears of a result that comes after its attempt was cut off. */
export type OnLate = (result: RunnerResult, reason: DiscardReason) => void

/** Runs the effect, cut off at its timeout and when `controller` is aborted. Throws NodeError or whatever the runner threw. */
export async function startNode(
  world: World,
  prepared: PreparedNode,
  controller: AbortController,
  onLate: OnLate,
): Promise<RunnerResult> {
  const { timeoutMs } = prepared
  const { signal } = controller
  let callOff: (() => void) | undefined
  let reason: DiscardReason | undefined
  const cut = new Promise<never>((_, reject) => {
    const cutBy = (why: DiscardReason, error: NodeError) => {
      reason ??= why
      reject(error)
    }
    signal.addEventListener(
      'abort',
      () => cutBy('cut_off', new NodeError('aborted', 'The run was stopped.', { retryable: false })),
      { once: true },
    )
    callOff = world.clock.after(timeoutMs, () => {
      cutBy('timeout', new NodeError('timeout', `It took longer than ${timeoutMs} ms, the time limit of this node.`))
      controller.abort()
    })
  })
  const performing = world.perform(prepared, signal)
  try {
    return await Promise.race([performing, cut])
  } catch (error) {
    // What is aborted mostly fails; what succeeds all the same did happen out there.
    const why = reason
    if (why) performing.then((result) => onLate(result, why)).catch(() => undefined)
    throw error
  } finally {
    callOff?.()
  }
}

const NEVER_ABORTED = new AbortController().signal

/** Runs an inline node: pure and quick, so it needs neither a time limit nor a way to be cut off. */
export function computeNode(world: World, prepared: PreparedNode): Promise<RunnerResult> {
  return world.perform(prepared, NEVER_ABORTED)
}

/** The output of a finished run: what the workflow declares, else the output of the End node reached last. */
export async function evaluateOutput(
  program: Program,
  run: RunRow,
  outputs: OutputCache,
  state: RunState,
): Promise<unknown> {
  const declared = program.definition.outputs
  if (declared && Object.keys(declared).length > 0) {
    const scope = scopeOf(program, run, outputs, { from: OUTSIDE })
    const value: Record<string, unknown> = {}
    for (const [name, source] of Object.entries(declared)) {
      value[name] = await inField(`outputs.${name}`, () => evaluateExpression(source, scope))
    }
    return value
  }
  const end = state.endKey === undefined ? undefined : state.nodes.get(state.endKey)
  return end ? ((await outputs.read(end.nodeId, OUTSIDE)) ?? null) : null
}

/** Where an expression looks from. `at` is absent outside of every container, after the last node. */
interface Standpoint {
  from: Viewpoint
  at?: Address
  item?: { item: unknown; index: number } | undefined
}

/** What an expression sees. */
function scopeOf(program: Program, run: RunRow, outputs: OutputCache, { from, at, item }: Standpoint): ExpressionScope {
  return buildScope({
    inputs: run.input,
    inputSchema: program.definition.inputs,
    nodeNames: program.nodeNames,
    loadOutput: (name) => {
      const node = program.nodesByName.get(name)
      return node ? outputs.read(node.id, from) : undefined
    },
    vars: variablesOf(program, run),
    runtime: run.variables.runtime,
    run: { id: run.id, started_at: run.createdAt.toISOString(), workflow_id: run.workflowId },
    callbacks: at && program.callbackNodes.length > 0 ? callbacksOf(program, run, at) : undefined,
    ...item,
  })
}

function viewpointOf(program: Program, at: Address): Viewpoint {
  const containers = program.plan.nodes.get(at.nodeId)?.containers ?? []
  if (at.turn === undefined) return { containers, path: at.path }
  return { containers: [...containers, at.nodeId], path: [...at.path, at.turn] }
}

/** The URL of every callback node that can be seen from here. */
function callbacksOf(program: Program, run: RunRow, at: Address): Record<string, string> {
  const urls: Record<string, string> = {}
  for (const node of program.callbackNodes) {
    const path = pathSeenFrom(program.plan, node.id, at)
    if (path) urls[node.name] = callbackUrl({ runId: run.id, nodeId: node.id, path })
  }
  return urls
}

/** Parameters that name no node are variables too; a dynamic variable of the same name counts more. */
function variablesOf(program: Program, run: RunRow): Record<string, unknown> {
  const { dynamic, parameters } = run.variables
  const names = Object.keys(parameters).filter((key) => !program.nodesById.has(key) && !program.nodesByName.has(key))
  if (names.length === 0) return dynamic
  return { ...Object.fromEntries(names.map((name) => [name, parameters[name]])), ...dynamic }
}

/** `parameters` of the run: a key equal to the node's id or name holds config members that replace the stored ones. */
function overrides(run: RunRow, node: WorkflowNode): Record<string, unknown> {
  const { parameters } = run.variables
  const own = parameters[node.id] ?? parameters[node.name]
  return typeof own === 'object' && own !== null && !Array.isArray(own) ? { ...own } : {}
}

const rawByType = new Map<NodeTypeId, ReadonlySet<string>>()

/** Fields that the runner gets as they are stored: expressions, schemas. */
function rawFields(type: NodeTypeId): ReadonlySet<string> {
  const known = rawByType.get(type)
  if (known) return known
  const schema: { shape?: Record<string, z.ZodType> } = nodeTypes[type].config
  const fields = Object.entries(schema.shape ?? {}).filter(([, field]) => field.meta()?.raw === true)
  const names = new Set(fields.map(([name]) => name))
  rawByType.set(type, names)
  return names
}

async function inNode<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof ExpressionError ? asNodeError(error, error.message) : error
  }
}

async function inField<T>(field: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof ExpressionError ? asNodeError(error, `${field}: ${error.message}`, field) : error
  }
}

function asNodeError(error: ExpressionError, message: string, field?: string): NodeError {
  return new NodeError('expression_error', message, {
    retryable: false,
    cause: error,
    details: {
      code: error.code,
      ...(field ? { field } : {}),
      ...(error.position === undefined ? {} : { position: error.position }),
    },
  })
}

function invalidConfig(error: z.ZodError): NodeError {
  const [first] = error.issues
  const field = first?.path.map(String).join('.') ?? ''
  return new NodeError('invalid_config', `${field ? `${field}: ` : ''}${first?.message ?? 'the config is not valid'}`, {
    retryable: false,
    details: { field },
  })
}

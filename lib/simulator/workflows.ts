import fc from 'fast-check'
import type { Id } from '../ids'
import { randomWorkflow } from '../testing/random-graph'
import { definitionSchema, type WorkflowDefinition, type WorkflowNode } from '../workflow/document'
import type { Dice } from './dice'

/** A random workflow whose plain nodes became effects, delays, tasks for people and readers of what went before them. */
export function drawWorkflow(dice: Dice, childWorkflowId: Id | undefined): WorkflowDefinition {
  const [drawn] = fc.sample(randomWorkflow, { numRuns: 1, seed: dice.int(0, 0x7fffffff) })
  if (!drawn) throw new Error('no workflow was drawn')
  const ports = new Map<string, string>()
  const nodes = drawn.nodes.map((node) => {
    const { port, ...changed } = furnish(dice, drawn, node, childWorkflowId)
    if (port) ports.set(node.id, port)
    return changed
  })
  const edges = drawn.edges.map((edge) => {
    const port = edge.sourcePort === 'out' ? ports.get(edge.source) : undefined
    return port ? { ...edge, sourcePort: port } : edge
  })
  const settings = dice.chance(0.2)
    ? { ...drawn.settings, maxConcurrentRuns: dice.int(1, 2), onLimit: dice.pick(['queue', 'reject'] as const) }
    : drawn.settings
  return definitionSchema.parse({ ...drawn, nodes, edges, settings })
}

/** `port`: the one that its edges leave by from now on. */
function furnish(
  dice: Dice,
  drawn: WorkflowDefinition,
  node: WorkflowNode,
  childWorkflowId: Id | undefined,
): WorkflowNode & { port?: string } {
  if (node.disabled) return node
  const onError = node.policy?.onError
  const waits = { dueInSeconds: dice.int(2, 20) }
  const asks = () => ({ ...waits, ...dice.pick(WHEN_DUE) })
  if (node.type === 'http') return { ...node, policy: drawPolicy(dice, onError) }
  if (node.type === 'delay') return { ...node, config: { seconds: dice.int(1, 4) } }
  if (node.type === 'callback' && dice.chance(0.3)) return { ...node, config: { timeoutSeconds: dice.int(2, 20) } }
  if (node.type === 'approval' && dice.chance(0.3)) return { ...node, config: { ...node.config, ...asks() } }
  if (node.type !== 'transform') return node
  const kind = dice.random()
  if (kind < 0.35) return { ...node, type: 'http', config: { url: SINK_URL }, policy: drawPolicy(dice, onError) }
  if (kind < 0.5) {
    const config = { model: 'offline/writer', prompt: 'Say it.', maxTokens: dice.int(5, 200) }
    return { ...node, type: 'llm', config, policy: drawPolicy(dice, onError) }
  }
  if (kind < 0.53) {
    const due = dice.chance(0.3) ? asks() : {}
    return { ...node, type: 'approval', config: { title: 'Go on?', ...due }, port: 'approved' }
  }
  if (kind < 0.65 && childWorkflowId) {
    const policy = drawPolicy(dice, onError)
    return { ...node, type: 'workflow', config: { workflowId: childWorkflowId }, policy }
  }
  const source = onlySource(drawn, node)
  return source ? { ...node, config: { expression: `nodes.${source}.output` } } : node
}

/** What the due time of an approval does; those that have no port "timedOut" fit any graph that does not use it. */
const WHEN_DUE = [
  {},
  { onDue: 'reject' },
  { onDue: 'approve' },
  { onDue: 'fail' },
  { onDue: 'escalate', escalateTo: ['role:owner'], escalateDueInSeconds: 5 },
] as const

const SINK_URL = 'https://sink.test/'

type Policy = NonNullable<WorkflowNode['policy']>

/** `drawn`: what the graph around it counts on. */
function drawPolicy(dice: Dice, drawn: Policy['onError'] | undefined): Policy {
  const fate = dice.random()
  const onError = drawn ?? dice.pick(['fail', 'continue', 'continue', 'branch'] as const)
  const timeoutMs = dice.int(2_000, 8_000)
  if (fate < 0.15) return { onError, atMostOnce: true, timeoutMs }
  const maxAttempts = dice.int(1, 4)
  return {
    onError,
    timeoutMs,
    retry: { maxAttempts, backoffMs: dice.int(0, 800), factor: 2, maxBackoffMs: 3_000, jitter: true },
  }
}

/** The node before this one when there is exactly one, in the same loop and container: its output is what is read here. */
export function onlySource(drawn: WorkflowDefinition, node: WorkflowNode): string | undefined {
  const [edge, ...others] = drawn.edges.filter(({ target }) => target === node.id)
  const source = others.length === 0 ? drawn.nodes.find(({ id }) => id === edge?.source) : undefined
  return source && source.parentId === node.parentId && !source.disabled ? source.name : undefined
}

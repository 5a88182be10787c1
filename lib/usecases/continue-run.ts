import { requirePermission } from '../auth/authorize'
import type { Principal } from '../auth/principal'
import { auditBy } from '../db/audit'
import { loadDefinition } from '../db/definitions'
import { readLog } from '../db/events'
import { findSourceRun, insertFork, type SourceRun } from '../db/forks'
import { applyEvent } from '../engine/apply-event'
import { isTerminal, type NewEvent, type RunEvent } from '../engine/events'
import { compile, type Plan } from '../engine/graph'
import { didYouMean } from '../engine/nearest'
import { type ForkPoint, type Reuse, reuseLog } from '../engine/reuse'
import { initialState } from '../engine/state'
import { AppError } from '../errors'
import { type Id, newId } from '../ids'
import { nodeType } from '../nodes/registry'
import type { WorkflowDefinition } from '../workflow/document'
import { checkInputs } from '../workflow/inputs'
import { actorOf } from './actor-of'
import { noSuchRun } from './get-run'

/** A step of a plan: taken over, or run again. */
export interface PlannedStep {
  node_key: string
  node_id: string
  node_name: string
  path: string[]
  /** How it ended in the run that is continued. */
  status: string
  /** It calls something outside that may act, so running it again may do it again. */
  side_effect: boolean
}

export interface RetryPlan {
  run_id: Id
  reused: PlannedStep[]
  /** Steps that had begun and will begin again; steps that were never reached follow from them. */
  again: PlannedStep[]
}

interface Continue {
  principal: Principal
  runId: Id
  /** Begin again at this node, by id or name; absent: at what failed. */
  fromNode?: string | undefined
  /** One address of it. */
  path?: string[] | undefined
}

/**
 * Makes a new run that takes over every result of an old one which does not depend on what is to run again. A finished run
 * never changes: a retry is a run of its own, linked to the one it continues. Throws `not_found`, `conflict` for a retry of a
 * run that has nothing to retry, `validation_failed` for an unknown node, `invalid_inputs`.
 */
export async function continueRun(
  of: Continue & { kind: 'retry' | 'fork'; trigger: string; input?: unknown },
): Promise<{ runId: Id }> {
  const { principal } = of
  requirePermission(principal, 'workflow:execute')
  const source = await findSource(of)
  const definition = await loadDefinition(source.definitionId)
  const from = pointOf(definition, of)
  if (of.kind === 'retry') refuseRetry(source)
  const started: NewEvent = {
    type: 'run_started',
    actor: actorOf(principal),
    trigger: of.trigger,
    version_number: source.versionNumber,
    source: { run_id: source.id, kind: of.kind, ...(from ? { from_node: from.nodeId } : {}) },
  }
  const { plan } = compile(definition)
  const reuse = reuseLog(plan, started, await collect(source.id), from)
  const id = newId()
  await insertFork({
    id,
    source,
    trigger: of.trigger,
    runBy: principal.name,
    userId: principal.kind === 'api_key' ? null : principal.userId,
    apiKeyId: principal.kind === 'api_key' ? principal.id : null,
    input: of.input === undefined ? source.input : acceptInput(definition, of.input),
    events: [started, ...reuse.events],
    keys: reuse.keys,
    openKeys: openContainers(reuse),
    timeoutMs: definition.settings.timeoutMs ?? null,
    audit: {
      by: auditBy(principal),
      action: of.kind === 'retry' ? 'run.retried' : 'run.forked',
      details: { source_run_id: source.id, from_node: from?.nodeId ?? null },
    },
  })
  return { runId: id }
}

/** What {@link continueRun} would take over and what it would run again. Nothing is changed. */
export async function planRetry(of: Continue): Promise<RetryPlan> {
  requirePermission(of.principal, 'run:read')
  const source = await findSource(of)
  const definition = await loadDefinition(source.definitionId)
  const from = pointOf(definition, of)
  const { plan } = compile(definition)
  const log = await collect(source.id)
  const [started] = log
  if (!started) throw noSuchRun()
  const reuse = reuseLog(plan, started, log, from)
  const ended = new Set(reuse.keys)
  for (const key of openContainers(reuse)) ended.delete(key)
  const steps = stepsOf(plan, definition, log)
  return {
    run_id: source.id,
    reused: steps.filter((step) => ended.has(step.node_key)),
    again: steps.filter((step) => !ended.has(step.node_key)),
  }
}

async function findSource(of: Continue): Promise<SourceRun> {
  const source = await findSourceRun({ teamId: of.principal.team.id, runId: of.runId })
  if (!source) throw noSuchRun()
  return source
}

function refuseRetry(source: SourceRun): void {
  if (!isTerminal(source.status)) {
    throw new AppError('conflict', 'The run has not ended: there is nothing to retry yet. Stop it first, or fork it.')
  }
  if (source.status === 'completed') {
    throw new AppError('conflict', 'The run completed: there is nothing to retry. To run a part of it again, fork it.')
  }
}

function pointOf(definition: WorkflowDefinition, of: Continue): ForkPoint | undefined {
  if (of.fromNode === undefined) return undefined
  const node = definition.nodes.find((each) => each.id === of.fromNode || each.name === of.fromNode)
  if (node) return { nodeId: node.id, ...(of.path ? { path: of.path } : {}) }
  const known = definition.nodes.flatMap((each) => [each.id, each.name])
  throw new AppError('validation_failed', `There is no node "${of.fromNode}".${didYouMean(of.fromNode, known)}`, {
    errors: [{ path: 'from_node', message: 'not a node of this run' }],
  })
}

function acceptInput(definition: WorkflowDefinition, input: unknown): unknown {
  const { value, problems } = checkInputs(definition.inputs, input)
  const [first] = problems
  if (!first) return value
  throw new AppError(
    'invalid_inputs',
    `The input does not match what the workflow declares: ${first.path} ${first.message}.`,
    {
      errors: problems.map((problem) => ({ ...problem, path: problem.path ? `input.${problem.path}` : 'input' })),
    },
  )
}

async function collect(runId: Id): Promise<RunEvent[]> {
  const log: RunEvent[] = []
  for await (const event of readLog(runId)) log.push(event)
  return log
}

/** Containers that were taken over while they were open: their items are reused one by one. */
function openContainers(reuse: Reuse): string[] {
  const ends = new Set(reuse.events.flatMap((event) => (event.type === 'node_reused' ? [keyOf(event)] : [])))
  return reuse.keys.filter((key) => !ends.has(key))
}

function keyOf(event: { path: string[]; node_id: string }): string {
  return [...event.path, event.node_id].join('/')
}

/** Every step that had begun, with its last status. */
function stepsOf(plan: Plan, definition: WorkflowDefinition, log: readonly RunEvent[]): PlannedStep[] {
  const state = initialState(plan)
  for (const event of log) applyEvent(plan, state, event)
  const nodes = new Map(definition.nodes.map((node) => [node.id, node]))
  return Array.from(state.nodes)
    .filter(([, node]) => !['pending', 'ready', 'skipped'].includes(node.status))
    .map(([key, { nodeId, path, status }]) => ({
      node_key: key,
      node_id: nodeId,
      node_name: nodes.get(nodeId)?.name ?? nodeId,
      path,
      status,
      side_effect: nodeType(nodes.get(nodeId)?.type ?? '')?.sideEffect === true,
    }))
}

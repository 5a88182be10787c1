import type { Checkpoint } from '../db/checkpoints'
import type { RunRow } from '../db/runs'
import { applyEvent } from '../engine/apply-event'
import { isTerminal, nodeKey, type RunEvent } from '../engine/events'
import { initialState } from '../engine/state'
import type { Simulation } from './simulation'
import type { StoredRun } from './stored'
import { onlySource } from './workflows'

const ENDS = /^run_(completed|failed|cancelled|timed_out|aborted)$/
const ANSWERS = /^(input_received|approval_decided|approval_escalated|timer_fired|child_ended|callback_received)$/

/** Nodes that call the world outside. */
const EFFECTS = new Set(['http', 'llm'])

/** What must be true of a run when everything is over. Says what is not. */
export function checkRun(sim: Simulation, run: StoredRun): string[] {
  const log = sim.store.readLog(run.row.id)
  return [
    ...checkLog(run, log),
    ...checkFold(sim, run, log),
    ...checkWaits(sim, run, log),
    ...checkOutputs(sim, run, log),
    ...checkBudget(sim, run),
  ]
}

/** What must be true of every checkpoint: what an effect gave is stored before anything that comes after it is tried. */
export function* checkCheckpoint(sim: Simulation, row: RunRow, { events }: Checkpoint): Generator<string> {
  const { nodesById } = sim.program(row.definitionId)
  const isEffect = (event: RunEvent) =>
    'node_id' in event && EFFECTS.has(nodesById.get(event.node_id ?? '')?.type ?? '')
  const first = events.findIndex((event) => event.type === 'node_succeeded' && isEffect(event))
  const after =
    first < 0 ? undefined : events.slice(first).find((event) => !isEffect(event) || event.type === 'node_started')
  if (after) yield `${after.type} was tried before the result of an effect was stored`
}

function* checkLog({ row }: StoredRun, log: RunEvent[]): Generator<string> {
  if (!isTerminal(row.status)) yield `it did not end: ${row.status}`
  log.forEach((event, index) => {
    if (event.seq !== index + 1) throw new Error(`gap at ${index + 1}`)
  })
  if (log[0]?.type !== 'run_started') yield 'it does not begin with run_started'
  if (log.length !== row.lastSeq) yield `it has ${log.length} events and says ${row.lastSeq}`
  const ends = log.filter(({ type }) => ENDS.test(type))
  if (ends.length !== 1 || log.at(-1) !== ends[0]) yield `its ends: ${ends.map(({ type, seq }) => `${seq} ${type}`)}`
  const successes = new Set<string>()
  for (const event of log) {
    const succeeded =
      event.type === 'node_succeeded' ||
      event.type === 'input_received' ||
      event.type === 'approval_decided' ||
      (event.type === 'timer_fired' && event.kind !== 'retry')
    if (!succeeded) continue
    const key = nodeKey(event.path, event.node_id)
    if (successes.has(key)) yield `${key} succeeded twice`
    successes.add(key)
  }
}

function* checkFold(sim: Simulation, { row, nodes }: StoredRun, log: RunEvent[]): Generator<string> {
  const { plan } = sim.program(row.definitionId)
  const state = initialState(plan)
  for (const event of log) {
    const key = 'path' in event && event.node_id !== undefined ? nodeKey(event.path, event.node_id) : undefined
    const isTold = event.type === 'result_discarded' || event.type === 'llm_called'
    if (key !== undefined && !isTold && state.nodes.get(key)?.status === 'cancelled')
      yield `${event.type} after ${key} was cut off`
    applyEvent(plan, state, event)
  }
  if (state.status !== row.status) yield `its log says ${state.status}, its row ${row.status}`
  for (const [key, node] of state.nodes) {
    const stored = nodes.get(key)?.status
    const isKept = ['succeeded', 'failed', 'cancelled'].includes(node.status)
    if (isKept && stored !== node.status) yield `${key} is ${node.status} in the log and ${stored} in its row`
    if (!isKept && stored === 'succeeded') yield `${key} is ${node.status} in the log and succeeded in its row`
  }
}

function* checkWaits(sim: Simulation, { row, nodes }: StoredRun, log: RunEvent[]): Generator<string> {
  const answered = new Map<string, number>()
  for (const event of log) {
    if (!ANSWERS.test(event.type) || !('wait_id' in event) || event.wait_id === undefined) continue
    answered.set(event.wait_id, (answered.get(event.wait_id) ?? 0) + 1)
  }
  for (const wait of sim.store.waits.values()) {
    if (wait.runId !== row.id) continue
    const times = answered.get(wait.id) ?? 0
    const lateMs = wait.dueAt && wait.resolvedAt ? wait.resolvedAt.getTime() - wait.dueAt.getTime() : undefined
    if (wait.state === 'resolved' && lateMs !== undefined && lateMs < 0 === (wait.outcome?.kind === 'fired'))
      yield `the wait of ${wait.nodeKey} was resolved (${wait.outcome?.kind}) ${lateMs} ms after it was due`
    if (wait.state === 'open') yield `the wait of ${wait.nodeKey} is open although the run has ended`
    if (times > 1) yield `the wait of ${wait.nodeKey} was answered ${times} times in the log`
    if (times === 1 && wait.state !== 'resolved') yield `the log answers the wait of ${wait.nodeKey}, its row does not`
    // What was cut off needs no answer any more, also one that was on its way.
    const isCutOff = nodes.get(wait.nodeKey)?.status === 'cancelled'
    if (times === 0 && wait.state === 'resolved' && row.status === 'completed' && !isCutOff)
      yield `the answer at ${wait.nodeKey} was accepted and forgotten`
    if ((sim.people.counted.get(wait.id) ?? 0) > 1) yield `two answers at ${wait.nodeKey} were told that they count`
  }
}

function* checkOutputs(sim: Simulation, { row, nodes }: StoredRun, log: RunEvent[]): Generator<string> {
  const { definition, nodesById } = sim.program(row.definitionId)
  for (const event of log) {
    if (event.type !== 'node_succeeded') continue
    const key = nodeKey(event.path, event.node_id)
    const node = nodesById.get(event.node_id)
    const output = sim.store.payloadOf(nodes.get(key)?.output)
    if (EFFECTS.has(node?.type ?? '')) {
      const ticket = (output as { ticket?: number } | null)?.ticket
      if (!sim.sink.answers.get(`${row.id}:${key}`)?.has(ticket ?? -1)) yield `${key} keeps an output that nobody gave`
    }
    const source = node?.type === 'transform' && !node.disabled ? onlySource(definition, node) : undefined
    const read = source === undefined ? undefined : nodes.get(nodeKey(event.path, sourceId(definition.nodes, source)))
    if (read?.status === 'succeeded' && JSON.stringify(sim.store.payloadOf(read.output)) !== JSON.stringify(output))
      yield `${key} read ${JSON.stringify(output)} where ${source} had given ${JSON.stringify(sim.store.payloadOf(read.output))}`
  }
}

/** A result that came too late was paid for when nothing was set aside for it any more. */
function* checkBudget(sim: Simulation, run: StoredRun): Generator<string> {
  const most = run.row.variables.budget?.tokens
  if (most === undefined) return
  const late = [...sim.store.runs.keys()].flatMap((id) => lateTokens(sim.store.readLog(id)))
  const used = sim.store.usedBy(run)
  if (used > late.reduce((sum, tokens) => sum + tokens, most))
    yield `it used ${used} of the ${most} tokens of its budget`
}

/** What each call used whose result was discarded: it is told right before that. */
function lateTokens(log: RunEvent[]): number[] {
  return log.flatMap((event, index) => {
    const call = event.type === 'result_discarded' ? log[index - 1] : undefined
    return call?.type === 'llm_called' ? [call.usage.input_tokens + call.usage.output_tokens] : []
  })
}

function sourceId(nodes: { id: string; name: string }[], name: string): string {
  return nodes.find((node) => node.name === name)?.id ?? name
}

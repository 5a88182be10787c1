import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { randomWorkflow } from '../testing/random-graph'
import type { WorkflowDefinition } from '../workflow/document'
import { applyEvent } from './apply-event'
import type { ContainerState } from './containers'
import { decide } from './decide'
import { type NewEvent, nodeKey, type RunEvent } from './events'
import { compile, type Plan } from './graph'
import { CONTAINER_TYPES } from './scopes'
import { initialState, type RunState } from './state'

/**
 * A shell without a world: executes what `decide` says in an order and with outcomes drawn from `random`, one event at a
 * time, and may be continued from any prefix of its log.
 */
function play(
  plan: Plan,
  definition: WorkflowDefinition,
  random: () => number,
  log: RunEvent[] = [],
): { log: RunEvent[]; state: RunState } {
  const state = initialState(plan)
  for (const event of log) applyEvent(plan, state, event)
  const nodes = new Map(definition.nodes.map((node) => [node.id, node]))
  const append = (event: NewEvent) => {
    const placed: RunEvent = { ...event, seq: state.lastSeq + 1, at: '2026-01-01T00:00:00.000Z' }
    applyEvent(plan, state, placed)
    log.push(placed)
  }
  if (log.length === 0)
    append({ type: 'run_started', actor: { kind: 'system', name: 'test' }, trigger: 'api', version_number: 0 })
  for (let guard = 0; guard < 20_000; guard++) {
    const decisions = decide(plan, state, new Set())
    const pick = decisions[Math.floor(random() * decisions.length)]
    if (!pick) {
      if (state.ended) return { log, state }
      throw new Error('nothing to do and not ended: a lost token')
    }
    if (pick.type === 'end') append(pick.event)
    else if (pick.type === 'complete') append({ type: 'run_completed', output_bytes: 4 })
    else if (pick.type === 'wait') {
      const [wait] = state.waits.values()
      if (!wait) throw new Error('waits for nothing')
      append({ type: 'timer_fired', node_id: wait.nodeId, path: wait.path, wait_id: wait.id, kind: wait.kind })
    } else if (pick.type === 'check') {
      const index = pick.container.total
      append({ type: 'while_checked', ...addressOf(pick.container), index, go: index < 3 && random() < 0.6 })
    } else if (pick.type === 'gather') {
      append({ type: 'node_succeeded', ...addressOf(pick.container), attempt: 1, ...DONE })
    } else if (pick.type === 'fail') {
      const port = nodes.get(pick.container.nodeId)?.policy?.onError === 'continue' ? { port: 'out' } : {}
      append({
        type: 'node_failed',
        ...addressOf(pick.container),
        attempt: 1,
        started_at: '',
        error: pick.error,
        retry: false,
        ...port,
      })
    } else if (nodes.get(pick.nodeId)?.parentId !== undefined && random() < 0.04) {
      const error = { code: 'x', message: 'x' }
      append({
        type: 'node_failed',
        node_id: pick.nodeId,
        path: pick.path,
        attempt: pick.attempt,
        started_at: '',
        error,
        retry: false,
      })
    } else if (CONTAINER_TYPES.has(nodes.get(pick.nodeId)?.type ?? '')) {
      const node = nodes.get(pick.nodeId)
      const config = node?.config ?? {}
      append({
        type: 'container_started',
        node_id: pick.nodeId,
        path: pick.path,
        attempt: pick.attempt,
        container: node?.type === 'while' ? 'while' : 'forEach',
        ...(node?.type === 'while' ? {} : { items: Math.floor(random() * 4) }),
        concurrency: Number(config.concurrency ?? 1),
        on_item_error: config.onItemError === 'collect' ? 'collect' : 'fail',
      })
    } else {
      const at = { node_id: pick.nodeId, path: pick.path, attempt: pick.attempt }
      const fate = random()
      if (fate < 0.05 && !pick.resumed) append({ type: 'node_started', ...at })
      else if (fate < 0.1) {
        append({ type: 'node_waiting', ...at, wait_id: `w${state.lastSeq}`, kind: 'timer' })
      } else if (fate < 0.12 && pick.attempt < 3) {
        const error = { code: 'x', message: 'x' }
        append({ type: 'node_failed', ...at, started_at: '', error, retry: true })
        append({ type: 'node_waiting', ...at, wait_id: `w${state.lastSeq}`, kind: 'retry' })
      } else {
        const ports = nodes.get(pick.nodeId)?.type === 'condition' ? ['a', 'b', 'else'] : ['out']
        append({ type: 'node_succeeded', ...at, ...DONE, port: ports[Math.floor(random() * ports.length)] ?? 'out' })
      }
    }
  }
  throw new Error('does not end')
}

const DONE = { port: 'out', started_at: '', output_bytes: 4 }

function addressOf(container: ContainerState) {
  return { node_id: container.nodeId, path: container.path }
}

const ENDS = ['completed', 'failed', 'aborted_looping_risk']

/** mulberry32: small, seeded, good enough to draw outcomes. */
function seeded(seed: number): () => number {
  let a = seed >>> 0
  return () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const runs = { numRuns: 400 }
const scenario = fc.tuple(randomWorkflow, fc.integer())

function compiled(definition: WorkflowDefinition): Plan {
  const { plan, problems } = compile(definition)
  expect(problems).toEqual([])
  return plan
}

describe('for any workflow and any outcome of its nodes', () => {
  test('the run ends: no token is lost, no dead path hangs, no loop is endless', () => {
    fc.assert(
      fc.property(scenario, ([definition, seed]) => {
        const { state } = play(compiled(definition), definition, seeded(seed))
        expect(ENDS).toContain(state.status)
        expect(state.ready.size + state.running.size + state.waits.size).toBe(0)
      }),
      runs,
    )
  })

  test('a node succeeds at most once per address', () => {
    fc.assert(
      fc.property(scenario, ([definition, seed]) => {
        const { log } = play(compiled(definition), definition, seeded(seed))
        const keys = log.flatMap((event) =>
          event.type === 'node_succeeded' ? [nodeKey(event.path, event.node_id)] : [],
        )
        expect(new Set(keys).size).toBe(keys.length)
      }),
      runs,
    )
  })

  test('folding the log again gives the same state', () => {
    fc.assert(
      fc.property(scenario, ([definition, seed]) => {
        const plan = compiled(definition)
        const { log, state } = play(plan, definition, seeded(seed))
        const again = initialState(plan)
        for (const event of log) applyEvent(plan, again, event)
        expect(again).toEqual(state)
      }),
      runs,
    )
  })

  test('from any prefix of the log the run goes on to an end, and what was done is not done again', () => {
    fc.assert(
      fc.property(
        scenario,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer(),
        ([definition, seed], cut, other) => {
          const plan = compiled(definition)
          const { log } = play(plan, definition, seeded(seed))
          const prefix = log.slice(0, Math.max(1, Math.floor(cut * (log.length - 1))))
          const resumed = play(plan, definition, seeded(other), [...prefix])
          expect(ENDS).toContain(resumed.state.status)
          const done = new Set(
            prefix.flatMap((event) => (event.type === 'node_succeeded' ? [nodeKey(event.path, event.node_id)] : [])),
          )
          const repeated = resumed.log
            .slice(prefix.length)
            .filter((event) => event.type === 'node_succeeded' && done.has(nodeKey(event.path, event.node_id)))
          expect(repeated).toEqual([])
        },
      ),
      runs,
    )
  })

  test('every edge out of a node that succeeded outside a loop is resolved when the run completes', () => {
    fc.assert(
      fc.property(scenario, ([definition, seed]) => {
        const plan = compiled(definition)
        const { state } = play(plan, definition, seeded(seed))
        if (state.status !== 'completed') return
        for (const node of plan.nodes.values()) {
          if (node.regionId !== '' || state.nodes.get(node.id)?.status !== 'succeeded') continue
          for (const edge of node.outgoing)
            expect(state.edges.get(edge.id), `${node.id} → ${edge.target}`).toBeDefined()
        }
      }),
      runs,
    )
  })

  test('every item of a container ends once, and a container that was gathered has ended them all', () => {
    fc.assert(
      fc.property(scenario, ([definition, seed]) => {
        const { state } = play(compiled(definition), definition, seeded(seed))
        for (const container of state.containers.values()) {
          if (state.nodes.get(container.key)?.status !== 'succeeded') continue
          expect(container).toMatchObject({ active: 0, ended: container.total, next: container.total, phase: 'done' })
          const failed = new Set(container.errors.map((error) => error.index))
          for (const index of failed) expect(container.results[index]).toBeUndefined()
          expect(failed.size).toBeLessThanOrEqual(container.collects ? container.total : 0)
        }
      }),
      runs,
    )
  })

  test('nothing inside a container that failed is active any more', () => {
    fc.assert(
      fc.property(scenario, ([definition, seed]) => {
        const { log } = play(compiled(definition), definition, seeded(seed))
        const failedAt = new Map<string, number>()
        for (const event of log) {
          if (event.type === 'node_failed' && !event.retry) failedAt.set(nodeKey(event.path, event.node_id), event.seq)
        }
        const parents = new Map(definition.nodes.map((node) => [node.id, node.parentId]))
        for (const event of log) {
          if (event.type !== 'node_succeeded' && event.type !== 'node_started') continue
          for (let depth = event.path.length, id = parents.get(event.node_id); id && depth > 0; depth--) {
            if (/^(each|while):/.test(event.path[depth - 1] ?? '')) {
              const at = failedAt.get(nodeKey(event.path.slice(0, depth - 1), id)) ?? Number.POSITIVE_INFINITY
              expect(event.seq).toBeLessThan(at)
              id = parents.get(id)
            }
          }
        }
      }),
      runs,
    )
  })
})

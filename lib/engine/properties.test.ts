import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { randomWorkflow, randomWorkflowWithoutRaces } from '../testing/random-graph'
import { hashOf, type PlayedRun, type Player, playRun } from '../testing/random-run'
import type { WorkflowDefinition } from '../workflow/document'
import { applyEvent } from './apply-event'
import { nodeKey, type RunEvent } from './events'
import { compile, type Plan, type PlanEdge } from './graph'
import { initialState, type RunState } from './state'

const ENDS = ['completed', 'failed', 'cancelled', 'aborted_looping_risk']
const runs = { numRuns: 400 }
const scenario = fc.tuple(randomWorkflow, fc.integer(), fc.integer())

function compiled(definition: WorkflowDefinition): Plan {
  const { plan, problems } = compile(definition)
  expect(problems).toEqual([])
  return plan
}

/**
 * What happens next is drawn from a seed and from what may happen, so it is the same after a crash as without it. First of
 * all a new process begins again what the log says is running.
 */
function byName(seed: number): Player['choose'] {
  return (moves, state) => {
    const again = moves.findIndex(
      (move) => move.startsWith('execute ') && state.running.has(move.slice('execute '.length)),
    )
    if (again >= 0) return again
    const ranks = moves.map((move) => hashOf(`${seed}|${move}`))
    return ranks.indexOf(Math.min(...ranks))
  }
}

/** What a log says, without its numbers, and without what was begun twice because a process died. */
function toldBy(log: PlayedRun['log']): unknown[] {
  const begun = new Set<string>()
  const isFirst = (event: RunEvent) => {
    if (event.type !== 'node_started') return true
    const name = `${nodeKey(event.path, event.node_id)}:${event.attempt}`
    if (begun.has(name)) return false
    begun.add(name)
    return true
  }
  return log.filter(isFirst).map(({ seq: _, ...event }) => event)
}

function played(
  [definition, outcomes, order]: [WorkflowDefinition, number, number],
  failing = 0.05,
): PlayedRun & { plan: Plan } {
  const plan = compiled(definition)
  return { plan, ...playRun({ plan, definition, outcomes, failing, choose: byName(order) }) }
}

describe('for any workflow, any outcome of its nodes and any order of events', () => {
  test('the run ends: no token is lost, no dead path hangs, no loop is endless', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        const { state } = played(given) // which throws when a run completes with anything undone
        expect(ENDS).toContain(state.status)
        expect(state.ready.size + state.running.size + state.waits.size + state.due.size).toBe(0)
      }),
      runs,
    )
  })

  test('a node ends at most once per address', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        const keys = played(given).log.flatMap((event) =>
          event.type === 'node_succeeded' || (event.type === 'node_failed' && !event.retry)
            ? [nodeKey(event.path, event.node_id)]
            : [],
        )
        expect(new Set(keys).size).toBe(keys.length)
      }),
      runs,
    )
  })

  test('folding the log again gives the same state', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        const { plan, log, state } = played(given)
        const again = initialState(plan)
        for (const event of log) applyEvent(plan, again, event)
        expect(again).toEqual(state)
      }),
      runs,
    )
  })

  test('from anything that was stored the run goes on to the same end', () => {
    fc.assert(
      fc.property(scenario, fc.double({ min: 0, max: 0.999, noNaN: true }), ([definition, outcomes, order], cut) => {
        const whole = played([definition, outcomes, order])
        const length = whole.commits[Math.floor(cut * whole.commits.length)] ?? 1
        const player = { plan: whole.plan, definition, outcomes, failing: 0.05, choose: byName(order) }
        const resumed = playRun(player, whole.log.slice(0, length))
        expect(toldBy(resumed.log)).toEqual(toldBy(whole.log))
        expect({ ...resumed.state, lastSeq: 0 }).toEqual({ ...whole.state, lastSeq: 0 })
      }),
      runs,
    )
  })

  test('from anything that was stored, with other outcomes and in another order, what had ended is not done again', () => {
    fc.assert(
      fc.property(
        scenario,
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.integer(),
        ([definition, outcomes, order], cut, other) => {
          const whole = played([definition, outcomes, order])
          const length = whole.commits[Math.floor(cut * whole.commits.length)] ?? 1
          const player = { plan: whole.plan, definition, outcomes: other, failing: 0.05, choose: byName(other) }
          const resumed = playRun(player, whole.log.slice(0, length))
          expect(ENDS).toContain(resumed.state.status)
          const done = new Set(endedIn(resumed.log.slice(0, length)))
          expect(endedIn(resumed.log.slice(length)).filter((key) => done.has(key))).toEqual([])
        },
      ),
      runs,
    )
  })

  test('every edge out of a node that succeeded outside a loop is resolved when the run completes', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        const { plan, state } = played(given)
        if (state.status !== 'completed' || hasEndedAll(plan, state)) return
        for (const node of plan.nodes.values()) {
          if (node.regionId !== '' || state.nodes.get(node.id)?.status !== 'succeeded') continue
          for (const edge of node.outgoing) {
            expect(state.edges.get(edge.id), `${node.id} → ${edge.target}`).toBeDefined()
          }
        }
      }),
      runs,
    )
  })

  test('no node begins before what leads to it is decided: all of it, or for a merge of kind any one path', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        const { plan, log } = played(given)
        const incoming = new Map<string, PlanEdge[]>()
        for (const node of plan.nodes.values()) {
          for (const edge of node.outgoing) {
            if (!edge.back) incoming.set(edge.target, [...(incoming.get(edge.target) ?? []), edge])
          }
        }
        const state = initialState(plan)
        for (const event of log) {
          if ('path' in event && !state.containers.has(nodeKey(event.path, event.node_id))) {
            const { node_id, path } = event
            // A later visit of a loop begins at its header by the way back.
            const isVisit = plan.regions.get(node_id)?.headerId === node_id
            const edges = isVisit && path.at(-1) !== 'visit:1' ? [] : (incoming.get(node_id) ?? [])
            const found = edges.map((edge) => state.edges.get(nodeKey(edge.enters ? path.slice(0, -1) : path, edge.id)))
            if (edges.length > 0) expect(found).toContain('taken')
            if (plan.nodes.get(node_id)?.join === 'all') expect(found).not.toContain(undefined)
          }
          applyEvent(plan, state, event)
        }
      }),
      runs,
    )
  })

  test('nothing begins in an item or a run that an End has ended', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        const { plan, log } = played(given)
        const over: { container: string | undefined; item: string }[] = []
        for (const event of log) {
          if (!('path' in event)) continue
          const node = plan.nodes.get(event.node_id)
          const place = `${event.path.join('/')}/`
          for (const { container, item } of over) {
            const isInside = container === undefined || node?.containers.includes(container) === true
            expect(isInside && place.startsWith(item), `${place}${event.node_id}`).toBe(false)
          }
          if (event.type !== 'node_succeeded' || node?.endsAll !== true) continue
          const depth = event.path.length - node.loopDepth
          const item = depth > 0 ? `${event.path.slice(0, depth).join('/')}/` : ''
          over.push({ container: node.containers.at(-1), item })
        }
      }),
      runs,
    )
  })
})

describe('for any workflow in which nothing cuts off anything else', () => {
  const calm = fc.tuple(randomWorkflowWithoutRaces, fc.integer(), fc.integer())

  test('every order of events comes to the same end: the same nodes by the same ports, the same edges dead', () => {
    fc.assert(
      fc.property(calm, fc.integer(), ([definition, outcomes, order], other) => {
        const one = played([definition, outcomes, order], 0).state
        const two = played([definition, outcomes, other], 0).state
        expect(two.status).toBe(one.status)
        if (one.status === 'completed') expect(reached(two)).toEqual(reached(one))
      }),
      runs,
    )
  })

  test('every visit and every item touches all of its members, and settles each of them', () => {
    fc.assert(
      fc.property(calm, (given) => {
        const { plan, state } = played(given, 0)
        if (state.status !== 'completed') return
        for (const instance of state.instances.values()) {
          const inner = instance.inner.filter((key) => isLoop(plan, key))
          const loops = new Set(inner.map((key) => key.slice(key.indexOf('#'))))
          const members = plan.regions.get(instance.regionId)?.memberCount ?? 0
          expect(instance.nodeKeys.length + loops.size, instance.path.join('/')).toBe(members)
        }
      }),
      runs,
    )
  })
})

describe('for any container', () => {
  test('every item ends once, and a container that was gathered has ended them all', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        const { state } = played(given, 0.15)
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

  test('at no time are more items active than it allows, and a while turns one at a time', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        const { plan, log } = played(given, 0.15)
        const state = initialState(plan)
        for (const event of log) {
          applyEvent(plan, state, event)
          for (const { active, concurrency, next, ended } of state.containers.values()) {
            expect(active).toBeLessThanOrEqual(concurrency)
            expect(active).toBe(next - ended)
          }
        }
      }),
      { numRuns: 100 },
    )
  })

  test('nothing inside a container that failed is active any more', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        const { plan, log } = played(given, 0.15)
        const failed = new Set<string>()
        for (const event of log) {
          if (!('path' in event)) continue
          const containers = plan.nodes.get(event.node_id)?.containers ?? []
          const items = event.path.flatMap((segment, index) => (/^(each|while):/.test(segment) ? [index] : []))
          containers.forEach((id, depth) => {
            expect(failed).not.toContain(nodeKey(event.path.slice(0, items[depth]), id))
          })
          if (event.type === 'node_failed' && !event.retry) failed.add(nodeKey(event.path, event.node_id))
        }
      }),
      runs,
    )
  })
})

describe('the runs that these hold for', () => {
  test('come to every kind of end, and most complete', () => {
    const ends = fc.sample(scenario, { seed: 7, numRuns: 400 }).map((given) => played(given).state.status)
    for (const end of ENDS) expect(ends).toContain(end)
    expect(ends.filter((end) => end === 'completed').length / ends.length).toBeGreaterThan(0.5)
  })
})

function endedIn(log: PlayedRun['log']): string[] {
  return log.flatMap((event) => (event.type === 'node_succeeded' ? [nodeKey(event.path, event.node_id)] : []))
}

/** An End outside of containers has cut the run short. */
function hasEndedAll(plan: Plan, state: RunState): boolean {
  return [...state.nodes.values()].some((node) => {
    const planNode = plan.nodes.get(node.nodeId)
    return node.status === 'succeeded' && planNode?.endsAll === true && planNode.containers.length === 0
  })
}

/** What a run came to, without what depends on which of two came first. */
function reached(state: RunState) {
  const nodes = Array.from(state.nodes, ([key, { status, port, attempt }]) => [key, status, port, attempt] as const)
  const containers = Array.from(state.containers, ([key, { total, ended, next }]) => [key, total, ended, next] as const)
  return {
    nodes: nodes.sort(byKey),
    edges: [...state.edges].sort(byKey),
    containers: containers.sort(byKey),
    steps: state.steps,
  }
}

function byKey(a: readonly [string, ...unknown[]], b: readonly [string, ...unknown[]]): number {
  return a[0] < b[0] ? -1 : 1
}

function isLoop(plan: Plan, instanceKey: string): boolean {
  return plan.regions.get(instanceKey.slice(instanceKey.indexOf('#') + 1))?.headerId !== undefined
}

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Place, Refusal } from '../db/local-worker'
import type { LimitedWorkflow, SlotScope } from '../db/slots'
import type { ClaimQueued } from './claim-queued'
import type { ShellClock } from './ports'
import { SlotPool } from './slots'

/** A clock that stands still until it is told. */
class HandClock implements ShellClock {
  private ms = 0
  private readonly timers = new Set<{ at: number; every: number | undefined; work: () => void }>()

  nowMs = () => this.ms
  after = (ms: number, work: () => void) => this.add(ms, undefined, work)
  every = (ms: number, work: () => void) => this.add(ms, ms, work)
  breathe = () => settle()
  stopwatch = () => () => 0
  follow = () => undefined

  private add(ms: number, every: number | undefined, work: () => void): () => void {
    const timer = { at: this.ms + ms, every, work }
    this.timers.add(timer)
    return () => this.timers.delete(timer)
  }

  async pass(ms: number): Promise<void> {
    const until = this.ms + ms
    await settle()
    for (;;) {
      const [next] = [...this.timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)
      if (!next) break
      this.ms = next.at
      if (next.every === undefined) this.timers.delete(next)
      else next.at += next.every
      next.work()
      await settle()
    }
    this.ms = until
  }
}

/** Lets every promise that can be kept be kept. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await Promise.resolve()
}

const keyOf = (scope: SlotScope) => `${scope.kind}:${scope.id}`

/** What the database does, for several workers in one process: limits, and who was granted what. */
class Bank {
  statements = 0
  private readonly granted = new Map<string, number>()
  readonly pools: { name: string; pool: SlotPool }[] = []
  readonly clock = new HandClock()

  constructor(public limits: Record<string, number>) {}

  granteds(scope: SlotScope, name?: string): number {
    const prefix = keyOf(scope)
    const rows = [...this.granted].filter(([key]) => key.startsWith(`${prefix}|`))
    return rows.filter(([key]) => name === undefined || key.endsWith(`|${name}`)).reduce((sum, [, n]) => sum + n, 0)
  }

  /** The lease of a worker ends: its slots count no more. */
  bury(name: string): void {
    for (const key of this.granted.keys()) if (key.endsWith(`|${name}`)) this.granted.delete(key)
  }

  open(name: string, places = 200, claim: ClaimQueued = async () => ({ runs: [], limited: [] })): SlotPool {
    const row = (scope: SlotScope) => `${keyOf(scope)}|${scope.kind === 'workflow' ? scope.cap : 0}|${name}`
    const others = (tell: (pool: SlotPool) => void) => {
      for (const each of this.pools) if (each.name !== name) tell(each.pool)
    }
    const pool = new SlotPool(
      {
        grantSlots: async (scope, want) => {
          this.statements += 1
          const limit = scope.kind === 'workflow' ? scope.cap : (this.limits[scope.id] ?? 20)
          const slots = Math.max(0, Math.min(want, limit - this.granteds(scope)))
          this.granted.set(row(scope), (this.granted.get(row(scope)) ?? 0) + slots)
          return { slots, others: this.granteds(scope) - this.granteds(scope, name) }
        },
        setSlots: async (scope, granted) => {
          this.statements += 1
          this.granted.set(row(scope), granted)
        },
        askForSlots: (scope, own, isQueued) => others((pool) => pool.hearAsked(scope, own, isQueued)),
        tellSlotsFreed: (scope) => others((pool) => pool.hearFreed(scope)),
      },
      this.clock,
      places,
      claim,
    )
    pool.start()
    this.pools.push({ name, pool })
    return pool
  }
}

const isPlace = (result: Place | Refusal): result is Place => 'release' in result
function held(result: Place | Refusal): Place {
  if (!isPlace(result)) throw new Error(`refused at the level of the ${result.level}`)
  return result
}

function ask(pool: SlotPool, options: { teamId?: string; workflow?: LimitedWorkflow; mode?: 'queue' | 'reject' } = {}) {
  const { teamId = 'a', workflow = null, mode = 'queue' } = options
  const state: { result?: Place | Refusal } = {}
  void Promise.resolve(pool.reserve({ teamId, workflow, mode, patienceMs: 100 })).then((result) => {
    state.result = result
  })
  return state
}

async function fill(pool: SlotPool, count: number, options: Parameters<typeof ask>[1] = {}): Promise<Place[]> {
  const asked = Array.from({ length: count }, () => ask(pool, options))
  await settle()
  return asked.map(({ result }) => held(result ?? { level: 'process' }))
}

describe('slots of one process', () => {
  test('a steady load costs no statement', async () => {
    const bank = new Bank({ a: 20 })
    const pool = bank.open('one')
    for (const place of await fill(pool, 5)) place.release()
    const before = bank.statements
    for (let turn = 0; turn < 1_000; turn++) {
      const place = pool.reserve({ teamId: 'a', workflow: null, mode: 'queue', patienceMs: 100 })
      held(place as Place).release() // at once, not as a promise
      if (turn % 100 === 0) await bank.clock.pass(500)
    }
    expect(bank.statements).toBe(before)
  })

  test('nobody is let in over the limit, and who waits comes in the order of arrival', async () => {
    const bank = new Bank({ a: 2 })
    const pool = bank.open('one')
    const [first, second] = await fill(pool, 2)
    const [third, fourth] = [ask(pool), ask(pool)]
    await settle()
    expect([third.result, fourth.result]).toEqual([undefined, undefined])
    second?.release()
    await settle()
    held(third.result ?? { level: 'team' })
    expect(fourth.result).toBeUndefined()
    first?.release()
    await settle()
    held(fourth.result ?? { level: 'team' })
  })

  test('who waits longer than its patience is told what was short', async () => {
    const bank = new Bank({ a: 3 })
    const pool = bank.open('one')
    await fill(pool, 1, { workflow: { workflowId: 'w', cap: 1 } })
    const limited = ask(pool, { workflow: { workflowId: 'w', cap: 1 } })
    await bank.clock.pass(100)
    expect(limited.result).toEqual({ level: 'workflow' })
    await fill(pool, 2)
    const other = ask(pool)
    await bank.clock.pass(100)
    expect(other.result).toEqual({ level: 'team' })
  })

  test('a full process is not the limit of a team', async () => {
    const bank = new Bank({ a: 20 })
    const pool = bank.open('one', 1)
    const [only] = await fill(pool, 1)
    const other = ask(pool, { teamId: 'b', mode: 'reject' })
    await bank.clock.pass(100)
    expect(other.result).toEqual({ level: 'process' })
    only?.release()
    await fill(pool, 1, { teamId: 'b' })
  })

  test('who would rather be refused is refused at once, by name of the level, when nothing can be free', async () => {
    const bank = new Bank({ a: 3 })
    const pool = bank.open('one')
    await fill(pool, 2, { workflow: { workflowId: 'w', cap: 2 } })
    const byWorkflow = ask(pool, { workflow: { workflowId: 'w', cap: 2 }, mode: 'reject' })
    await bank.clock.pass(10)
    expect(byWorkflow.result).toEqual({ level: 'workflow' })
    await fill(pool, 1)
    const byTeam = ask(pool, { mode: 'reject' })
    await bank.clock.pass(10)
    expect(byTeam.result).toEqual({ level: 'team' })
  })

  test('a limit that was raised is obeyed within a second, a limit that was lowered as slots fall free', async () => {
    const bank = new Bank({ a: 2 })
    const pool = bank.open('one')
    const places = await fill(pool, 2)
    bank.limits.a = 3
    await bank.clock.pass(1_000)
    places.push(...(await fill(pool, 1)))
    bank.limits.a = 1
    pool.hearExceeded('a', 2)
    for (const place of places.slice(0, 2)) place.release()
    await settle()
    await settle()
    expect(bank.granteds({ kind: 'team', id: 'a' })).toBe(1)
    const refused = ask(pool)
    await bank.clock.pass(100)
    expect(refused.result).toEqual({ level: 'team' })
  })

  test('what is not used is given back: most after a second, all of it later', async () => {
    const bank = new Bank({ a: 20 })
    const pool = bank.open('one')
    for (const place of await fill(pool, 16)) place.release()
    await bank.clock.pass(2_000)
    expect(bank.granteds({ kind: 'team', id: 'a' })).toBeLessThanOrEqual(4)
    await bank.clock.pass(20_000)
    expect(bank.granteds({ kind: 'team', id: 'a' })).toBe(0)
  })

  test('the store being away refuses nobody for good', async () => {
    const bank = new Bank({ a: 2 })
    let isAway = true
    const pool = new SlotPool(
      {
        grantSlots: async () => {
          if (isAway) throw new Error('the database is away')
          return { slots: 1, others: 0 }
        },
        setSlots: async () => undefined,
        askForSlots: () => undefined,
        tellSlotsFreed: () => undefined,
      },
      bank.clock,
      200,
      async () => ({ runs: [], limited: [] }),
    )
    pool.start()
    const early = ask(pool)
    await bank.clock.pass(100)
    expect(early.result).toEqual({ level: 'team' })
    isAway = false
    await bank.clock.pass(1_000)
    await fill(pool, 1)
  })

  test('after the lease was lost nothing that was granted counts, and old places end quietly', async () => {
    const bank = new Bank({ a: 2 })
    const pool = bank.open('one', 2)
    const old = await fill(pool, 2)
    pool.reset()
    bank.bury('one')
    const early = ask(pool)
    await bank.clock.pass(100)
    expect(early.result).toEqual({ level: 'process' })
    for (const place of [...old, ...old]) place.release()
    await fill(pool, 2)
    const late = ask(pool)
    await bank.clock.pass(100)
    expect(late.result).toEqual({ level: 'team' })
  })
})

describe('slots of several processes', () => {
  test('a worker that stops gives back what is idle at once, the rest as its runs end, and takes nothing more', async () => {
    const bank = new Bank({ a: 10 })
    const leaving = bank.open('leaving')
    const places = await fill(leaving, 6)
    leaving.close()
    await settle()
    expect(bank.granteds({ kind: 'team', id: 'a' }, 'leaving')).toBe(6)
    expect(ask(leaving).result ?? (await settle())).toBeUndefined()
    const staying = bank.open('staying')
    await fill(staying, 4)
    const waiting = [ask(staying), ask(staying)]
    await settle()
    expect(waiting.map(({ result }) => result)).toEqual([undefined, undefined])
    for (const place of places.slice(0, 2)) place.release()
    await settle()
    await settle()
    expect(waiting.map(({ result }) => result && isPlace(result))).toEqual([true, true])
    expect(bank.granteds({ kind: 'team', id: 'a' }, 'leaving')).toBe(4)
  })

  test('idle slots of another worker are had at once, and running ones are shared as they fall free', async () => {
    const bank = new Bank({ a: 8 })
    const [one, two] = [bank.open('one'), bank.open('two')]
    const places = await fill(one, 6)
    const asked = Array.from({ length: 3 }, () => ask(two))
    await settle()
    expect(asked.filter(({ result }) => result).length).toBe(2)
    for (const place of places) place.release()
    await bank.clock.pass(99)
    expect(asked.filter(({ result }) => result && isPlace(result)).length).toBe(3)
  })

  test('a worker that would refuse asks the others first', async () => {
    const bank = new Bank({ a: 4 })
    const [one, two] = [bank.open('one'), bank.open('two')]
    for (const place of await fill(one, 4)) place.release()
    const asked = ask(two, { mode: 'reject' })
    await bank.clock.pass(1)
    held(asked.result ?? { level: 'team' })
  })

  test('what was asked for long ago is owed to nobody any more: a slot that is had now is used here', async () => {
    const bank = new Bank({ a: 3 })
    const [one, two] = [bank.open('one'), bank.open('two')]
    await fill(one, 3)
    const refused = ask(two)
    await bank.clock.pass(100)
    expect(refused.result).toEqual({ level: 'team' })
    bank.limits.a = 4
    await bank.clock.pass(6_000)
    await fill(one, 1)
  })

  test('whatever happens, the sum of what runs is within the limits', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            who: fc.constantFrom(0, 1, 2),
            does: fc.constantFrom('start', 'start', 'start', 'end', 'end', 'wait'),
            limited: fc.constantFrom(0, 2, 3),
            pick: fc.nat(100),
          }),
          { maxLength: 120 },
        ),
        async (steps) => {
          const bank = new Bank({ a: 5 })
          const pools = ['one', 'two', 'three'].map((name) => bank.open(name, 4))
          const running: { place: Place; cap: number }[] = []
          for (const { who, does, limited, pick } of steps) {
            if (does === 'start') {
              const workflow = limited > 0 ? { workflowId: 'w', cap: limited } : undefined
              void Promise.resolve(
                pools[who]?.reserve({ teamId: 'a', workflow: workflow ?? null, mode: 'queue', patienceMs: 100 }),
              ).then((result) => {
                if (result && isPlace(result)) running.push({ place: result, cap: limited })
              })
            } else if (does === 'end') running.splice(pick % Math.max(1, running.length), 1)[0]?.place.release()
            else await bank.clock.pass(pick * 20)
            await settle()
            expect(running.length).toBeLessThanOrEqual(5)
            expect(running.filter(({ cap }) => cap > 0).length).toBeLessThanOrEqual(3)
          }
          // In the end everybody may run: nothing was lost on the way.
          while (running.length > 0) {
            for (const { place } of running.splice(0)) place.release()
            await settle() // whoever still waited has a place now
          }
          await bank.clock.pass(5_000)
          for (const pool of pools) {
            const asked = ask(pool)
            await bank.clock.pass(99)
            held(asked.result ?? { level: 'process' }).release()
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('the queue of a team', () => {
  interface Queued {
    teamId: string
    limited: LimitedWorkflow | null
  }

  /** A queue in memory, and the log of what was started. */
  function queueOf(runs: Queued[]) {
    const started: { teamId: string; limited: LimitedWorkflow | null; place: Place }[] = []
    const claim: ClaimQueued = async (teamId, count, offers) => {
      const left = new Map(offers.map((offer) => [offer.workflowId, offer.count]))
      const taken: Queued[] = []
      for (const run of runs.filter((each) => each.teamId === teamId)) {
        if (taken.length === count) break
        const workflowId = run.limited?.workflowId
        if (workflowId !== undefined) {
          const slots = left.get(workflowId) ?? 0
          if (slots === 0) continue
          left.set(workflowId, slots - 1)
        }
        taken.push(run)
      }
      for (const run of taken) runs.splice(runs.indexOf(run), 1)
      const rest = runs.flatMap((run) => (run.teamId === teamId && run.limited ? [run.limited] : []))
      return {
        runs: taken.map((run) => ({ limited: run.limited, begin: (place) => started.push({ ...run, place }) })),
        limited: [...new Map(rest.map((each) => [each.workflowId, each])).values()],
      }
    }
    return { claim, started }
  }

  const many = (count: number, run: Queued) => Array.from({ length: count }, () => ({ ...run }))

  test('ten thousand runs of one team delay the first of another by no more than one place', async () => {
    const bank = new Bank({ a: 1_000, b: 20 })
    const runs = many(10_000, { teamId: 'a', limited: null })
    const { claim, started } = queueOf(runs)
    const pool = bank.open('one', 3, claim)
    pool.noteQueued('a')
    await settle()
    expect(started.length).toBe(3)
    runs.push({ teamId: 'b', limited: null })
    pool.noteQueued('b')
    await settle()
    started[0]?.place.release()
    await settle()
    expect(started.map(({ teamId }) => teamId)).toEqual(['a', 'a', 'a', 'b'])
  })

  test('a workflow at its limit does not hold up the rest of the team, and goes on when a slot is free', async () => {
    const bank = new Bank({ a: 10 })
    const limited = { workflowId: 'w', cap: 1 }
    const runs = [...many(5, { teamId: 'a', limited }), ...many(2, { teamId: 'a', limited: null })]
    const { claim, started } = queueOf(runs)
    const pool = bank.open('one', 200, claim)
    pool.noteQueued('a')
    await settle()
    expect(started.map((run) => run.limited !== null).sort()).toEqual([false, false, true])
    started.find((run) => run.limited)?.place.release()
    await settle()
    expect(started.filter((run) => run.limited).length).toBe(2)
  })

  test('who arrives does not pass those who are queued', async () => {
    const bank = new Bank({ a: 1 })
    const runs = many(2, { teamId: 'a', limited: null })
    const { claim, started } = queueOf(runs)
    const pool = bank.open('one', 200, claim)
    pool.noteQueued('a')
    await settle()
    const late = ask(pool)
    await settle()
    expect(late.result).toEqual({ level: 'team' })
    started[0]?.place.release()
    await settle()
    expect(started.length).toBe(2)
  })

  test('an empty queue gives its places back', async () => {
    const bank = new Bank({ a: 2 })
    const { claim } = queueOf([])
    const pool = bank.open('one', 2, claim)
    pool.noteQueued('a')
    await settle()
    await fill(pool, 2)
  })

  test('a queue that could not be read is left to the next wake-up', async () => {
    const bank = new Bank({ a: 2 })
    const pool = bank.open('one', 2, async () => {
      throw new Error('the database is away')
    })
    pool.noteQueued('a')
    await settle()
    await fill(pool, 2)
  })
})

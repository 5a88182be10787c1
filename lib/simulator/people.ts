import { type Actor, isTerminal, type WaitKind } from '../engine/events'
import type { Id } from '../ids'
import type { Simulation } from './simulation'

/** Waits that somebody outside answers. */
const ANSWERED: ReadonlySet<WaitKind> = new Set<WaitKind>(['approval', 'input', 'callback'])
const PERSON: Actor = { kind: 'user', id: 'person', name: 'Person' }

/** Those who answer, decide, pause and stop: late, twice, in two tabs, or not before everything is calm. */
export class People {
  /** Answers that the store said were the one that counts, by wait. */
  readonly counted = new Map<Id, number>()
  private readonly planned = new Set<Id>()

  constructor(private readonly sim: Simulation) {
    sim.timeline.at(700, undefined, () => this.lookForTasks())
  }

  /** What somebody will do to a run. */
  meet(runId: Id): void {
    const { dice, timeline } = this.sim
    const fate = dice.random()
    if (fate < 0.12) {
      timeline.at(dice.between(50, 8_000), undefined, () => this.say(runId, { kind: 'pause', actor: PERSON }))
      timeline.at(dice.between(8_000, 25_000), undefined, () => this.say(runId, { kind: 'resume', actor: PERSON }))
    } else if (fate < 0.2) {
      // Twice, as people do who see nothing happen.
      const atMs = dice.between(50, 12_000)
      for (const inMs of [atMs, atMs + dice.between(0, 300)])
        timeline.at(inMs, undefined, () => this.say(runId, { kind: 'stop', actor: PERSON, reason: 'cancelled' }))
    } else if (fate < 0.24)
      timeline.at(dice.between(2_000, 15_000), undefined, () => this.say(runId, { kind: 'timeout' }))
  }

  private lookForTasks(): void {
    const { sim } = this
    sim.timeline.at(700, undefined, () => this.lookForTasks())
    for (const wait of sim.store.waits.values()) {
      if (wait.state !== 'open' || !ANSWERED.has(wait.kind)) continue
      // Whoever answered into the void tries again when things are calm.
      if (sim.isChaos && this.planned.has(wait.id)) continue
      this.planned.add(wait.id)
      const times = sim.isChaos ? sim.dice.pick([1, 1, 2, 3]) : 1
      for (let time = 0; time < times; time++)
        sim.timeline.at(sim.dice.between(0, sim.isChaos ? 6_000 : 500), undefined, () => this.answer(wait.id))
    }
    if (!sim.isChaos) {
      for (const { row } of sim.store.runs.values())
        if (row.status === 'paused') this.say(row.id, { kind: 'resume', actor: PERSON })
    }
  }

  private answer(waitId: Id): void {
    const { sim } = this
    const process = sim.somebody()
    const wait = sim.store.waits.get(waitId)
    if (!process || !wait) return
    const decision = sim.dice.chance(0.85) ? ('approved' as const) : ('rejected' as const)
    const outcome =
      wait.kind === 'callback'
        ? ({ kind: 'callback', data: { called: true } } as const)
        : wait.kind === 'input'
          ? ({ kind: 'input', data: { answer: sim.dice.int(1, 100) } } as const)
          : ({ kind: 'decision', decision, shownHash: wait.shownHash ?? '' } as const)
    sim.timeline.at(0, process, () => {
      process.api.resolve(waitId, PERSON, 'person', outcome).then(
        (counts) => {
          if (counts) this.counted.set(waitId, (this.counted.get(waitId) ?? 0) + 1)
        },
        () => undefined,
      )
    })
  }

  private say(
    runId: Id,
    command: Parameters<NonNullable<ReturnType<Simulation['somebody']>>['api']['submit']>[1][number],
  ): void {
    const { sim } = this
    const process = sim.somebody()
    const run = sim.store.runs.get(runId)
    if (!process || !run || isTerminal(run.row.status)) return
    sim.timeline.at(0, process, () => {
      process.api.submit(runId, [command]).catch(() => undefined)
    })
  }
}

import { isPassing } from '../db/reconnect'
import type { Process } from './process'
import type { Timeline } from './timeline'

/** The database cannot be reached: nothing is known about what the statement did. */
class ConnectionLost extends Error {
  readonly code = 'ECONNRESET'
}

/** A statement that was delayed on its way happens within this time, or not at all. */
export const LATEST_MS = 3_000
/** How long what may be repeated is tried again while the database is away. */
const RECONNECT_FOR_MS = 30_000

/** Between one process and the store: where statements and answers are delayed and lost, and where processes die. */
export class Wire {
  constructor(private readonly process: Process) {}

  /** As `lib/db/reconnect`. */
  async repeat<T>(attempt: (isRepeat: boolean) => Promise<T>): Promise<T> {
    const deadline = this.timeline.nowMs + RECONNECT_FOR_MS
    for (let turn = 0; ; turn++) {
      try {
        return await attempt(turn > 0)
      } catch (error) {
        if (!isPassing(error) || this.timeline.nowMs > deadline) throw error
        await new Promise<void>((resolve) => this.timeline.at(Math.min(50 * 2 ** turn, 1_000), this.process, resolve))
      }
    }
  }

  /** One statement: to the store, and its answer back. */
  ask<T>(what: string, writes: boolean, work: () => T): Promise<T> {
    const { process } = this
    const { sim } = process
    const { timeline, dice } = sim
    const fate = sim.isChaos ? dice.random() : 1
    const { refused, answerLost, late } = sim.faults
    return new Promise((resolve, reject) => {
      const lose = (why: string) => {
        timeline.note(() => `${process.name} ${what}: ${why}`)
        timeline.at(sim.latencyMs(), process, () => reject(new ConnectionLost('Connection terminated unexpectedly')))
      }
      timeline.at(sim.latencyMs(), undefined, () => {
        // A packet that was sent may arrive although its sender is dead by now.
        if (!process.isAlive && dice.chance(0.5)) return
        if (writes && process.mayDie(sim.faults.kill / 2)) return process.die(`before: ${what}`)
        if (sim.isAway) return lose('the database is away')
        if (fate < refused) return lose('refused')
        if (fate < refused + late) {
          lose('delayed beyond the patience of its sender')
          timeline.at(dice.between(1, LATEST_MS), undefined, () => {
            if (!sim.isAway) this.happen(`${what}, late`, work)
          })
          return
        }
        const answer = this.happen(what, work)
        if (writes && process.mayDie(sim.faults.kill / 2)) return process.die(`after: ${what}`)
        if (writes && process.mayDie(sim.faults.sleep)) process.sleep(sim.drawSleepMs())
        if (fate < refused + late + answerLost) return lose('done, but its answer was lost')
        timeline.at(sim.latencyMs(), process, () => {
          if ('error' in answer) reject(answer.error)
          else resolve(answer.value)
        })
      })
    })
  }

  private get timeline(): Timeline {
    return this.process.sim.timeline
  }

  private happen<T>(what: string, work: () => T): { value: T } | { error: unknown } {
    try {
      const value = work()
      if (!isRoutine(what, value)) this.timeline.note(() => `${this.process.name} ${what} → ${brief(value)}`)
      return { value }
    } catch (error) {
      return { error }
    }
  }
}

/** What every process says all the time, and nobody wants to read. */
function isRoutine(what: string, value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  if (['read clock', 'queue abandoned runs'].includes(what)) return true
  return what === 'free jobs' || what === 'forget workers' || (what === 'heartbeat' && value === true)
}

function brief(value: unknown): string {
  if (value === undefined) return 'done'
  if (Array.isArray(value)) return `${value.length} rows`
  if (typeof value !== 'object' || value === null) return String(value)
  if ('lost' in value) return value.lost ? 'LOST' : 'ok'
  if ('leaseEpoch' in value) return `epoch ${value.leaseEpoch}${'taken' in value && value.taken ? ', taken' : ''}`
  return 'ok'
}

import type { Id } from '../ids'
import type { Task } from './memory-store'
import type { Process } from './process'
import type { Simulation } from './simulation'

interface Job {
  task: Task
  id: Id
  dueAtMs: number
  attempts: number
  lockedBy: Process | undefined
  isDone: boolean
}

/** Jobs of one process at once. */
const MAX_IN_HAND = 8

/**
 * The job queue: a job comes to some process at or after its time, again after a failure, again when its process died, and
 * now and then twice. One open job per key; asking again for one that is being worked on makes another.
 */
export class Queue {
  private readonly jobs: Job[] = []
  private readonly open = new Map<string, Job>()

  constructor(private readonly sim: Simulation) {}

  add(task: Task, id: Id, dueAtMs: number): void {
    const key = `${task}:${id}`
    const found = this.open.get(key)
    if (found) {
      found.dueAtMs = dueAtMs
      this.plan(found)
      return
    }
    const job: Job = { task, id, dueAtMs, attempts: 0, lockedBy: undefined, isDone: false }
    this.jobs.push(job)
    this.open.set(key, job)
    this.plan(job)
  }

  freeJobsOfTheDead(): void {
    for (const job of this.jobs) {
      if (job.isDone || !job.lockedBy || job.lockedBy.isAlive) continue
      this.unlock(job, 0)
    }
  }

  private plan(job: Job): void {
    const { timeline, dice } = this.sim
    const polled = dice.chance(0.7) ? dice.between(0, 20) : dice.between(0, 1_000)
    timeline.at(job.dueAtMs - this.sim.storeMs() + polled, undefined, () => this.offer(job))
  }

  private offer(job: Job): void {
    const { sim } = this
    if (job.isDone || job.lockedBy || job.dueAtMs > sim.storeMs()) return
    const able = sim.processes.filter(({ isAwake, jobsInHand }) => isAwake && jobsInHand < MAX_IN_HAND)
    if (sim.isAway || able.length === 0) {
      sim.timeline.at(500, undefined, () => this.offer(job))
      return
    }
    const process = sim.dice.pick(able)
    job.lockedBy = process
    job.attempts += 1
    this.open.delete(`${job.task}:${job.id}`)
    this.deliver(job, process, true)
    if (sim.isChaos && sim.dice.chance(sim.faults.duplicate)) this.deliver(job, sim.dice.pick(able), false)
  }

  private deliver(job: Job, process: Process, answers: boolean): void {
    const { timeline } = this.sim
    timeline.at(this.sim.latencyMs(), process, () => {
      process.jobsInHand += 1
      const over = (isDone: boolean) => {
        process.jobsInHand -= 1
        if (!answers) return
        timeline.at(this.sim.latencyMs(), undefined, () => {
          if (job.lockedBy !== process) return
          if (isDone && !this.sim.isAway) job.isDone = true
          else this.unlock(job, Math.exp(Math.min(job.attempts, 10)) * 1_000)
        })
      }
      process.work(job.task, job.id).then(
        () => over(true),
        () => over(false),
      )
    })
  }

  private unlock(job: Job, inMs: number): void {
    job.lockedBy = undefined
    job.dueAtMs = this.sim.storeMs() + inMs
    const key = `${job.task}:${job.id}`
    if (!this.open.has(key)) this.open.set(key, job)
    this.plan(job)
  }
}

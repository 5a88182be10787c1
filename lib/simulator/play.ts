import { type Outcome, Simulation } from './simulation'
import { BrokenPromise } from './timeline'

/** Plays a seed; when a promise breaks, plays it again and says in full how it came to that. */
export async function playSeed(seed: number): Promise<Outcome> {
  try {
    return await new Simulation(seed).play()
  } catch (error) {
    if (!(error instanceof BrokenPromise)) throw error
    throw new BrokenPromise(`${error.message}\n${await tell(seed)}`)
  }
}

/** What happened in a seed, line by line. */
export async function tell(seed: number): Promise<string> {
  const simulation = new Simulation(seed, true)
  const end = await simulation.play().then(
    (outcome) => JSON.stringify(outcome),
    (error: unknown) => String(error),
  )
  const { faults, timeline } = simulation
  return [`seed ${seed}: ${JSON.stringify(faults)}`, ...(timeline.trace ?? []), end].join('\n')
}

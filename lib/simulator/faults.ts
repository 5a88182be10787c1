import type { Dice } from './dice'

/** How often what goes wrong, drawn once per seed: some worlds are calm, some are bad in one way, some in all. */
export interface Faults {
  /** A process dies with a statement: half of the times before it happens, half after. Per statement that writes. */
  kill: number
  /** A process dies in the middle of an effect. */
  killInEffect: number
  /** A process sleeps for longer than its lease, then goes on as if nothing had been. Per statement that writes. */
  sleep: number
  /** The statement happens and its answer is lost. */
  answerLost: number
  /** The statement does not happen and its sender is told so. */
  refused: number
  /** The sender is told that the connection broke, and the statement happens a little later. */
  late: number
  pokeLost: number
  duplicate: number
  /** Seconds between the times that the database goes away for a while; 0: it never does. */
  outageEverySeconds: number
  /** Wall clocks of processes are wrong by up to this many milliseconds. */
  skewMs: number
  /** A process is asked to stop in good order instead of being killed. */
  stop: number
  /** Statements take up to this long, each way. */
  latencyMs: number
  /** Effects fail this often. */
  effectFails: number
}

const CALM: Faults = {
  kill: 0,
  killInEffect: 0,
  sleep: 0,
  answerLost: 0,
  refused: 0,
  late: 0,
  pokeLost: 0,
  duplicate: 0,
  outageEverySeconds: 0,
  skewMs: 0,
  stop: 0,
  latencyMs: 5,
  effectFails: 0.1,
}

const KILLS: Partial<Faults> = { kill: 0.02, killInEffect: 0.05, stop: 0.5 }
const SLEEPS: Partial<Faults> = { sleep: 0.02 }
const NETWORK: Partial<Faults> = {
  answerLost: 0.02,
  refused: 0.02,
  late: 0.02,
  pokeLost: 0.3,
  duplicate: 0.2,
  latencyMs: 400,
}
const OUTAGES: Partial<Faults> = { outageEverySeconds: 12, pokeLost: 0.1 }
const SKEW: Partial<Faults> = { skewMs: 86_400_000 }

/** The faults of a seed. */
export function drawFaults(dice: Dice): Faults {
  const all = [KILLS, SLEEPS, NETWORK, OUTAGES, SKEW]
  const count = dice.pick([0, 1, 1, 2, 2, 3, 5])
  const chosen = all
    .map((fault) => ({ fault, at: dice.random() }))
    .sort((a, b) => a.at - b.at)
    .slice(0, count)
  return Object.assign({}, CALM, ...chosen.map(({ fault }) => fault))
}

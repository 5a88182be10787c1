import { expect, test } from 'vitest'
import { playSeed, tell } from './play'
import type { Outcome } from './simulation'

/** `SIM_SEED=17 npx vitest run lib/simulator` plays that seed alone and tells what happened; `SIM_SEEDS=20000` plays more. */
const ONLY = process.env.SIM_SEED === undefined ? undefined : Number(process.env.SIM_SEED)
const SEEDS = Number(process.env.SIM_SEEDS ?? 2_000)

async function play(seed: number): Promise<Outcome> {
  return playSeed(seed).catch((error: unknown) => {
    const words = error instanceof Error ? error.message : String(error)
    throw new Error(`SIM_SEED=${seed} npx vitest run lib/simulator\n${words}`)
  })
}

if (ONLY !== undefined) {
  test(`what happened in seed ${ONLY}`, async () => {
    process.stdout.write(`${await tell(ONLY)}\n`)
    await play(ONLY)
  })
} else {
  test('whatever dies, sleeps, gets lost or comes twice: every run ends as its log says and nothing finished is done again', async () => {
    const statuses = new Map<string, number>()
    let calls = 0
    let deaths = 0
    for (let seed = 1; seed <= SEEDS; seed++) {
      const outcome = await play(seed)
      calls += outcome.calls
      deaths += outcome.deaths
      for (const status of outcome.statuses) statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
    // The seeds are worth something: runs end well, effects are called, processes die.
    expect(statuses.get('completed')).toBeGreaterThan(SEEDS / 2)
    expect(calls).toBeGreaterThan(SEEDS)
    expect(deaths).toBeGreaterThan(SEEDS / 4)
  }, 1_800_000)

  test('a seed is played the same way every time', async () => {
    for (const seed of [3, 33, 333]) expect(await play(seed)).toEqual(await play(seed))
  })
}

/**
 * `npm run chaos`: runs of every kind of node on two worker processes and a PostgreSQL of their own, while the workers are
 * killed with SIGKILL at random and the database is killed and started again. Ends with a report, and with code 1 when a
 * promise was broken. `--seconds N` (120), `--runs N` (1000), `--seed N` to repeat the same order of events.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { closeDatabase, pool } from '@/lib/db/client'
import { migrate } from '@/lib/db/migrate'
import { closeNotify } from '@/lib/db/notify'
import { isPassing } from '@/lib/db/reconnect'
import type { Id } from '@/lib/ids'
import { killWorkers, spawnWorker, type WorkerChild } from '@/lib/testing/children'
import { openEffectSink } from '@/lib/testing/effect-sink'
import { openThrowAwayServer } from '@/lib/testing/postgres-server'
import { judge, type Kill, type Outage, type Verdict } from './judge'
import { prepareLoad } from './load'

const seconds = option('seconds', 120)
const runs = option('runs', 1_000)
const seed = option('seed', Date.now() % 1_000_000)
/** What the product promises: a run of a killed worker goes on within this time, while the database is there. */
const TAKEOVER_MS = 15_000
/** After the storm, everything that was accepted must end within this time. */
const CALM_MS = 120_000

const say = (line: string) => process.stderr.write(`${line}\n`)
const random = generator(seed)
const between = (low: number, high: number) => low + random() * (high - low)

say(`${runs} runs on two workers for ${seconds} s, seed ${seed}`)
const server = await openThrowAwayServer({ settings: ['max_connections=100'] })
process.env.DATABASE_URL = server.url
await migrate(server.url)
const sink = await openEffectSink(() => sleep(20 + Math.random() * 150))
const load = await prepareLoad(sink.url)

let isStorm = true
let hasEnded = false
const kills: Kill[] = []
const outages: Outage[] = []
const endAt = Date.now() + seconds * 1_000
const work = Promise.all([keepStarting(), keepDeciding(), keepKilling(0), keepKilling(1), keepRestarting()])
try {
  await sleep(seconds * 1_000)
  isStorm = false
  say(`the storm is over: ${kills.length} workers and ${outages.length} databases were killed; waiting for the rest …`)
  const calmFrom = Date.now()
  await untilAllEnded()
  const calmMs = Date.now() - calmFrom
  const verdict = await judge({ accepted: load.accepted, calls: sink.calls, kills, outages })
  process.stdout.write(`${report(verdict, calmMs)}\n`)
  process.exitCode = isKept(verdict) ? 0 : 1
} finally {
  isStorm = false
  hasEnded = true
  await work.catch((error: unknown) => say(String(error)))
  await killWorkers()
  await closeNotify()
  await closeDatabase()
  await sink.close()
  await server.close()
}
process.exit()

/** Starts the runs evenly over nine tenths of the time. */
async function keepStarting(): Promise<void> {
  const everyMs = (seconds * 900) / runs
  const starting: Promise<void>[] = []
  for (let index = 0; index < runs; index++) {
    starting.push(load.start(index))
    await sleep(everyMs)
  }
  await Promise.all(starting)
}

async function keepDeciding(): Promise<void> {
  while (!hasEnded) {
    await load.decide().catch(passing)
    await sleep(300)
  }
}

/** One worker's place: killed after a while, and filled again at once or only when another must have taken over. */
async function keepKilling(place: number): Promise<void> {
  let worker = await fill()
  while (isStorm) {
    await sleep(Math.min(between(4_000, 16_000), Math.max(0, endAt - Date.now())))
    if (!isStorm) return
    const held = await heldBy(worker).catch(() => [])
    kills.push({ atMs: Date.now(), held })
    worker.signal('SIGKILL')
    await worker.ended
    await sleep(random() < 0.5 ? 200 : Math.min(between(8_000, 16_000), Math.max(0, endAt - Date.now())))
    worker = await fill()
  }
  async function fill(): Promise<WorkerChild> {
    for (;;) {
      const next = await spawnWorker({ WORKER_LEASE_MS: '10000', LOG_LEVEL: 'error' })
      const gone = await Promise.race([next.ended.then(() => true), sleep(50, false)])
      if (!gone) return next
      say(`a worker of place ${place} could not start: ${next.output().split('\n')[0]}`)
      await sleep(500)
    }
  }
}

async function heldBy(worker: WorkerChild): Promise<Id[]> {
  const { rows } = await pool().query<{ id: Id }>(
    `SELECT r.id FROM runs r JOIN workers w ON w.id = r.lease_owner WHERE w.name LIKE '%:' || $1 AND w.lease_until > now()`,
    [String(worker.pid)],
  )
  return rows.map((row) => row.id)
}

async function keepRestarting(): Promise<void> {
  while (isStorm) {
    await sleep(Math.min(between(12_000, 22_000), Math.max(0, endAt - Date.now())))
    if (!isStorm) return
    const fromMs = Date.now()
    await server.kill()
    await sleep(between(0, 2_000))
    await server.restart()
    outages.push({ fromMs, toMs: Date.now() })
  }
}

async function untilAllEnded(): Promise<void> {
  const deadline = Date.now() + CALM_MS
  for (;;) {
    await sleep(500)
    const open = await pool()
      .query<{ count: number }>('SELECT count(*)::int FROM runs WHERE ended_at IS NULL')
      .then(({ rows }) => rows[0]?.count ?? 0, passing)
    if ((open === 0 && load.accepted.size === runs) || Date.now() > deadline) return
  }
}

function passing(error: unknown): undefined {
  if (!isPassing(error)) throw error
}

function isKept({ lost, repeated, gaps, broken, takeoversMs }: Verdict): boolean {
  return lost.length + repeated.length + gaps + broken.length === 0 && Math.max(0, ...takeoversMs) <= TAKEOVER_MS
}

function report(verdict: Verdict, calmMs: number): string {
  const { lost, repeated, gaps, broken, takeoversMs, delayedTakeoversMs, calls, effects } = verdict
  const times = (values: number[]) =>
    values.length === 0
      ? 'none'
      : `${values.length}; p50 ${at(values, 0.5)} s, p95 ${at(values, 0.95)} s, max ${at(values, 1)} s`
  const rows: [string, string][] = [
    ['workers killed', String(kills.length)],
    ['databases killed', String(outages.length)],
    ['runs accepted', String(load.accepted.size)],
    ['lost', String(lost.length)],
    ['finished nodes repeated', String(repeated.length)],
    ['sequence gaps', String(gaps)],
    ['invariants broken', String(broken.length)],
    ['effects', `${effects}, called ${calls} times (${calls - effects} again under the same key)`],
    ['takeovers', times(takeoversMs)],
    ['takeovers while the database was away', times(delayedTakeoversMs)],
    ['everything ended after the storm within', `${(calmMs / 1_000).toFixed(1)} s`],
    ['seed', String(seed)],
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  const details = [...lost, ...repeated, ...broken].slice(0, 20)
  const verdictLine = isKept(verdict) ? 'every promise was kept' : 'A PROMISE WAS BROKEN'
  return [...rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`), ...details, '', verdictLine].join('\n')
}

function at(values: number[], share: number): string {
  const sorted = [...values].sort((a, b) => a - b)
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
  return (value / 1_000).toFixed(1)
}

function option(name: string, otherwise: number): number {
  const index = process.argv.indexOf(`--${name}`)
  const value = index > 0 ? Number(process.argv[index + 1]) : otherwise
  if (Number.isFinite(value) && value >= 0) return value
  say(`--${name} takes a number`)
  process.exit(2)
}

/** Mulberry32, by Tommy Ettinger (public domain): small, and the same everywhere for one seed. */
function generator(from: number): () => number {
  let state = from | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

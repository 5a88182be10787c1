import { fork } from 'node:child_process'
import { call, percentile, publish, publishChain, transform } from './calls'
import type { Bench } from './product'

/** What a run of a chain of so many pure nodes takes, by number of nodes: its cost should grow linearly. */
export async function chainMs(
  bench: Bench,
  lengths: readonly number[],
  turns: number,
): Promise<{ nodes: number; ms: number }[]> {
  const curve: { nodes: number; ms: number }[] = []
  for (const nodes of lengths) {
    const chain = Array.from({ length: nodes }, () => transform)
    const workflow = await publishChain(bench, `Bench chain of ${nodes}`, chain)
    const times: number[] = []
    for (let turn = 0; turn < turns + 5; turn++) {
      const began = performance.now()
      await call(bench, 'POST', `/workflows/${workflow}/runs`, { wait: 30 })
      if (turn >= 5) times.push(performance.now() - began)
    }
    curve.push({ nodes, ms: percentile(times, 0.5) })
  }
  return curve
}

/** The list is made by an expression, so that it does not have to be sent. */
const list = (items: number) => `[1..${items}]`

export interface ForEachCost {
  items: number
  seconds: number
  grewMb: number
}

/** A loop over many items, one pure step each. */
export async function forEachCost(bench: Bench, items: number): Promise<ForEachCost> {
  const workflow = await publish(bench, 'Bench loop', {
    nodes: [
      { id: 'start', type: 'start', name: 'start', config: {} },
      { id: 'loop', type: 'forEach', name: 'loop', config: { items: list(items), concurrency: 10 } },
      { id: 'step', type: 'transform', name: 'step', config: { expression: '{ "n": 1 + 1 }' }, parentId: 'loop' },
      { id: 'end', type: 'end', name: 'end', config: {} },
    ],
    edges: [
      { id: 'e1', source: 'start', sourcePort: 'out', target: 'loop' },
      { id: 'e2', source: 'loop', sourcePort: 'out', target: 'end' },
    ],
  })
  const before = await bench.memoryMb()
  let most = before
  const watching = setInterval(() => void bench.memoryMb().then((now) => (most = Math.max(most, now))), 200)
  const began = performance.now()
  try {
    const run = await call<{ status: string; error_summary: string | null }>(
      bench,
      'POST',
      `/workflows/${workflow}/runs`,
      { wait: 60 },
    )
    if (run.status !== 'completed') throw new Error(`the loop is ${run.status}: ${run.error_summary}`)
  } finally {
    clearInterval(watching)
  }
  return { items, seconds: (performance.now() - began) / 1000, grewMb: most - before }
}

/** Heavy for the processor, light for everything else. */
const heavy = {
  type: 'transform',
  config: { expression: '{ "n": $sum($map([1..1500], function($v) { $v * 2 + 1 })) }' },
}

export interface SecondWorker {
  one: number
  two: number
  ratio: number
  /** What a second process adds on this machine when neither has anything to do with us. */
  possible: number
}

/** Runs per second of a workflow that only computes, with one worker process and with two on the same database. */
export async function secondWorker(bench: Bench, runs: number): Promise<SecondWorker> {
  const possible = await secondProcess()
  const workflow = await publishChain(bench, 'Bench computing', [heavy, heavy, heavy, heavy])
  await finish(bench, workflow, Math.ceil(runs / 5))
  const one = await finish(bench, workflow, runs)
  const stop = await bench.addWorker()
  try {
    await finish(bench, workflow, Math.ceil(runs / 5))
    const two = await finish(bench, workflow, runs)
    return { one, two, ratio: two / one, possible }
  } finally {
    await stop()
  }
}

/** Two processors of a rented machine are often one with two heads, and share it with others. */
async function secondProcess(): Promise<number> {
  const spin = () =>
    new Promise<number>((resolve, reject) => {
      const child = fork('scripts/bench/spin.mjs', ['3000'])
      child.once('message', (turns) => resolve(Number(turns)))
      child.once('error', reject)
    })
  const alone = await spin()
  const both = await Promise.all([spin(), spin()])
  return both.reduce((sum, turns) => sum + turns, 0) / alone
}

/** Queues them all, so that whoever has room takes them, and waits for the last. */
async function finish(bench: Bench, workflow: string, runs: number): Promise<number> {
  await bench.sql('UPDATE teams SET max_concurrent_runs = 0')
  await new Promise((resolve) => setTimeout(resolve, 3_000)) // slots granted before are given back
  for (let sent = 0; sent < runs; sent += 50) {
    await Promise.all(
      Array.from({ length: Math.min(50, runs - sent) }, () => call(bench, 'POST', `/workflows/${workflow}/runs`, {})),
    )
  }
  const began = performance.now()
  await bench.sql('UPDATE teams SET max_concurrent_runs = 16')
  for (;;) {
    const [row] = await bench.sql<{ open: number }>(
      'SELECT count(*)::int AS open FROM runs WHERE workflow_id = $1 AND ended_at IS NULL',
      [workflow],
    )
    if (row?.open === 0) return runs / ((performance.now() - began) / 1000)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

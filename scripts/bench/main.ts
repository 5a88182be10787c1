/**
 * `npm run bench`: ratios of the product to the floor, in one run on one machine. Machines are noisy and differ, so only the
 * ratios mean something elsewhere. `--quick`: shorter, with fewer stored runs. `--json`: one object instead of the table.
 * `--only a,b`: only these parts.
 */
import { publishChain, transform } from './calls'
import { eventMs, resumeMs } from './live'
import { compare, medianMs } from './load'
import { type Bench, openBench } from './product'
import { listMs, storeRuns } from './run-list'
import { type Row, table } from './table'
import { chainMs, forEachCost, secondWorker } from './work'

const isQuick = process.argv.includes('--quick')
const only = process.argv[process.argv.indexOf('--only') + 1]?.split(',')
const wants = (part: string) => !process.argv.includes('--only') || only?.includes(part) === true
const say = (line: string) => process.stderr.write(`${line}\n`)

const SECONDS = isQuick ? 2 : 4
const ROUNDS = isQuick ? 1 : 3
const STORED = isQuick ? [0, 20_000, 100_000] : [0, 100_000, 1_000_000]

const fixed = (value: number, digits = 1) => Number(value.toFixed(digits))

async function measure(bench: Bench): Promise<Row[]> {
  const rows: Row[] = []
  const three = await publishChain(bench, 'Bench of three nodes', [transform])
  const body = JSON.stringify({ input: {}, wait: 30 })
  const ours = { url: `${bench.url}/v1/workflows/${three}/runs`, headers: { 'x-api-key': bench.key }, body }
  const floor = { url: bench.floorUrl, headers: {}, body }

  if (wants('throughput')) {
    for (const connections of isQuick ? [50] : [1, 10, 50]) {
      say(`throughput at ${connections} connections …`)
      const result = await compare(ours, floor, { connections, seconds: SECONDS, rounds: ROUNDS })
      rows.push({
        what: `durable 3-node runs/s over HTTP, ${connections} connections`,
        measured: `${fixed(result.ours, 0)}/s, floor ${fixed(result.floor, 0)}/s = ${fixed(result.ratio, 2)} ×`,
        ...(connections === 50 ? { target: '≥ 1.0 ×', isMet: result.ratio >= 1 } : {}),
      })
    }
    say('latency …')
    const [floorMs, oursMs] = [await medianMs(floor, 300), await medianMs(ours, 300)]
    rows.push({
      what: 'the same, p50 of one at a time',
      measured: `${fixed(oursMs)} ms, floor ${fixed(floorMs)} ms = ${fixed(oursMs / floorMs, 2)} ×`,
      target: '≤ 2 ×',
      isMet: oursMs <= 2 * floorMs,
    })
    const memory = await bench.memoryMb()
    rows.push({
      what: 'memory of web and worker after this load',
      measured: `${memory} MB`,
      target: '≤ 350 MB',
      isMet: memory <= 350,
    })
  }
  if (wants('resume')) {
    say('approval …')
    const { p50, p99 } = await resumeMs(bench, isQuick ? 60 : 200)
    rows.push({
      what: 'approve → run completed, p50 / p99',
      measured: `${fixed(p50)} / ${fixed(p99)} ms`,
      target: '≤ 5 / 25 ms',
      isMet: p50 <= 5 && p99 <= 25,
    })
  }
  if (wants('events')) {
    say('events …')
    const subscribers = 200
    const { p50, p99 } = await eventMs(bench, { subscribers, turns: isQuick ? 3 : 10 })
    rows.push({
      what: `event → ${subscribers} subscribers, p50 / p99`,
      measured: `${fixed(p50)} / ${fixed(p99)} ms`,
      target: 'p99 ≤ 50 ms',
      isMet: p99 <= 50,
    })
  }
  if (wants('chain')) {
    say('cost per node …')
    const curve = await chainMs(bench, [1, 25, 50, 100, 200], isQuick ? 8 : 25)
    const ms = (nodes: number) => curve.find((point) => point.nodes === nodes)?.ms ?? Number.NaN
    const perNode = (ms(100) - ms(1)) / 99
    rows.push({
      what: 'one node in a chain of 100',
      measured: `${fixed(perNode, 3)} ms`,
      target: '≤ 0.5 ms',
      isMet: perNode <= 0.5,
    })
    for (const point of curve) rows.push({ what: `  a run of ${point.nodes} nodes`, measured: `${fixed(point.ms)} ms` })
  }
  if (wants('loop')) {
    say('loop …')
    const { items, seconds, grewMb } = await forEachCost(bench, isQuick ? 1_000 : 10_000)
    rows.push({
      what: `forEach over ${items} items`,
      measured: `${fixed(seconds)} s, memory grew by ${fixed(grewMb, 0)} MB`,
      target: '10 000: ≤ 10 s, < 300 MB',
      isMet: seconds <= 10 && grewMb < 300,
    })
  }
  if (wants('stored')) rows.push(...(await stored(bench, three, ours)))
  if (wants('workers')) {
    say('second worker …')
    const { one, two, ratio, possible } = await secondWorker(bench, isQuick ? 60 : 300)
    rows.push({
      what: 'runs/s that only compute, one → two worker processes',
      measured: `${fixed(one)} → ${fixed(two)} = ${fixed(ratio, 2)} ×; two plain processes: ${fixed(possible, 2)} ×`,
      target: '≥ 1.5 ×',
      isMet: ratio >= 1.5,
    })
  }
  return rows
}

/** What stored runs cost: a start should not notice them, and neither should the list. */
async function stored(bench: Bench, workflow: string, ours: Parameters<typeof medianMs>[0]): Promise<Row[]> {
  const rows: Row[] = []
  let before = 0
  for (const count of STORED) {
    say(`${count} stored runs …`)
    await storeRuns(bench, workflow, before, count)
    before = count
    rows.push({
      what: `  one start beside ${count} stored runs, p50`,
      measured: `${fixed(await medianMs(ours, 150))} ms`,
    })
  }
  const lists = await listMs(bench, workflow)
  const worst = lists[0]?.p95 ?? Number.NaN
  rows.push({
    what: `run list of ${before} runs, worst p95 of ${lists.length} filters`,
    measured: `${fixed(worst)} ms (${lists[0]?.filter})`,
    target: '≤ 50 ms',
    isMet: worst <= 50,
  })
  return rows
}

say('starting the product and the floor …')
const bench = await openBench()
try {
  const rows = await measure(bench)
  process.stdout.write(`${process.argv.includes('--json') ? JSON.stringify(rows) : table(rows)}\n`)
} finally {
  await bench.close()
}

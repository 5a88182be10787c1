/**
 * `npm run bench`: ratios of the product to the floor, in one run on one machine. Machines are noisy and differ, so only the
 * ratios mean something elsewhere. `--json` prints one object instead of the table; `--seconds N` per throughput step.
 */
import autocannon from 'autocannon'
import { call, follow, percentile, publishChain, transform } from './calls'
import { type Bench, openBench } from './product'

const asJson = process.argv.includes('--json')
const secondsArgument = process.argv.indexOf('--seconds')
const seconds = secondsArgument > 0 ? Number(process.argv[secondsArgument + 1]) : 6
const say = (line: string) => process.stderr.write(`${line}\n`)

const SUBSCRIBERS = 20

interface Load {
  perSecond: number
  p50Ms: number
}

async function load(url: string, connections: number, headers: Record<string, string>, body: string): Promise<Load> {
  const once = (duration: number) =>
    autocannon({
      url,
      connections,
      duration,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    })
  await once(1)
  const result = await once(seconds)
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(
      `${url}: ${result.non2xx} answers were refusals, ${result.errors} failed (of ${result.requests.total})`,
    )
  }
  return { perSecond: result.requests.average, p50Ms: result.latency.p50 }
}

/** autocannon rounds latencies to whole milliseconds; one connection at a time is measured by hand. */
async function medianMs(url: string, headers: Record<string, string>, body: string): Promise<number> {
  const times: number[] = []
  for (let turn = 0; turn < 600; turn++) {
    const began = performance.now()
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    })
    await answer.text()
    if (turn >= 100) times.push(performance.now() - began)
  }
  return percentile(times, 0.5)
}

async function resumeMs(bench: Bench): Promise<{ p50: number; p99: number }> {
  const workflow = await publishChain(bench, 'Bench approval', [
    { type: 'approval', config: { title: 'Go on?' } },
    transform,
  ])
  const times: number[] = []
  for (let turn = 0; turn < 220; turn++) {
    const run = await call<{ id: string }>(bench, 'POST', `/workflows/${workflow}/runs`, { wait: 30 })
    let began = 0
    let listening = () => {}
    const ready = new Promise<void>((resolve) => {
      listening = resolve
    })
    const ended = follow(bench, run.id, (event) => {
      if (event.type === 'run_waiting') listening()
      return event.type === 'run_completed'
    })
    await ready
    began = performance.now()
    const decided = call(bench, 'POST', `/runs/${run.id}/nodes/n1/approve`, {})
    await ended
    if (turn >= 20) times.push(performance.now() - began)
    await decided
  }
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99) }
}

async function perNodeMs(bench: Bench): Promise<number> {
  const duration = async (workflow: string) => {
    const times: number[] = []
    for (let turn = 0; turn < 40; turn++) {
      const began = performance.now()
      await call(bench, 'POST', `/workflows/${workflow}/runs`, { wait: 30 })
      if (turn >= 10) times.push(performance.now() - began)
    }
    return percentile(times, 0.5)
  }
  const short = await duration(await publishChain(bench, 'Bench chain of 1', [transform]))
  const long = await duration(
    await publishChain(
      bench,
      'Bench chain of 100',
      Array.from({ length: 100 }, () => transform),
    ),
  )
  return (long - short) / 99
}

/** From the instant that a worker wrote into an event to its arrival at a subscriber, commit included. */
async function eventMs(bench: Bench): Promise<{ p50: number; p99: number }> {
  const workflow = await publishChain(bench, 'Bench events', [
    { type: 'approval', config: { title: 'Go on?' } },
    transform,
  ])
  const times: number[] = []
  for (let turn = 0; turn < 10; turn++) {
    const run = await call<{ id: string }>(bench, 'POST', `/workflows/${workflow}/runs`, { wait: 30 })
    let waiting = 0
    let allWait = () => {}
    const ready = new Promise<void>((resolve) => {
      allWait = resolve
    })
    const followers = Array.from({ length: SUBSCRIBERS }, () => {
      let isLive = false
      return follow(bench, run.id, (event) => {
        if (isLive) times.push(Date.now() - Date.parse(event.at))
        if (event.type === 'run_waiting') {
          isLive = true
          waiting += 1
          if (waiting === SUBSCRIBERS) allWait()
        }
        return event.type === 'run_completed'
      })
    })
    await ready
    await call(bench, 'POST', `/runs/${run.id}/nodes/n1/approve`, {})
    await Promise.all(followers)
  }
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99) }
}

const round = (value: number, digits = 2) => Number(value.toFixed(digits))

async function measure(bench: Bench) {
  const three = await publishChain(bench, 'Bench of three nodes', [transform])
  const url = `${bench.url}/v1/workflows/${three}/runs`
  const body = JSON.stringify({ input: {}, wait: 30 })
  const headers = { 'x-api-key': bench.key }

  const throughput: Record<string, { ours: number; floor: number; ratio: number }> = {}
  for (const connections of [1, 10, 50]) {
    say(`throughput at ${connections} connections …`)
    const floor = await load(bench.floorUrl, connections, {}, body)
    const ours = await load(url, connections, headers, body)
    throughput[`c${connections}`] = {
      ours: round(ours.perSecond, 0),
      floor: round(floor.perSecond, 0),
      ratio: round(ours.perSecond / floor.perSecond),
    }
  }
  say('latency …')
  const floorMs = await medianMs(bench.floorUrl, {}, body)
  const oursMs = await medianMs(url, headers, body)
  const rssMb = await bench.memoryMb()
  say('resuming …')
  const resume = await resumeMs(bench)
  say('cost per node …')
  const perNode = await perNodeMs(bench)
  say('events …')
  const events = await eventMs(bench)
  return {
    throughput,
    latency: { c1: { ours_ms: round(oursMs), floor_ms: round(floorMs), ratio: round(oursMs / floorMs) } },
    resume_ms: { p50: round(resume.p50), p99: round(resume.p99) },
    per_node_ms: round(perNode, 3),
    event_ms: { p50: round(events.p50), p99: round(events.p99) },
    rss_mb: rssMb,
  }
}

function table(result: Awaited<ReturnType<typeof measure>>): string {
  const rows: string[][] = [['what', 'ours', 'floor', 'ratio']]
  for (const [name, { ours, floor, ratio }] of Object.entries(result.throughput)) {
    rows.push([`durable 3-node runs/s, ${name.slice(1)} connections`, `${ours}`, `${floor}`, `${ratio} ×`])
  }
  const { ours_ms, floor_ms, ratio } = result.latency.c1
  rows.push(['median of one such request, ms', `${ours_ms}`, `${floor_ms}`, `${ratio} ×`])
  rows.push(['approve → run completed, ms (p50 / p99)', `${result.resume_ms.p50} / ${result.resume_ms.p99}`, '', ''])
  rows.push(['one node in a chain of 100, ms', `${result.per_node_ms}`, '', ''])
  rows.push([
    `event → ${SUBSCRIBERS} subscribers, ms (p50 / p99)`,
    `${result.event_ms.p50} / ${result.event_ms.p99}`,
    '',
    '',
  ])
  rows.push(['memory of web and worker after load, MB', `${result.rss_mb}`, '', ''])
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n')
}

say('starting the product and the floor …')
const bench = await openBench()
try {
  const result = await measure(bench)
  process.stdout.write(`${asJson ? JSON.stringify(result) : table(result)}\n`)
} finally {
  await bench.close()
}

import autocannon from 'autocannon'
import { percentile } from './calls'

export interface Target {
  url: string
  headers: Record<string, string>
  body: string
}

/** Requests per second with so many connections, after a second of warming up. Throws when any is refused. */
export async function perSecond(target: Target, connections: number, seconds: number): Promise<number> {
  const once = (duration: number) =>
    autocannon({
      ...target,
      connections,
      duration,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...target.headers },
    })
  await once(1)
  const result = await once(seconds)
  if (result.non2xx > 0 || result.errors > 0) {
    const { non2xx, errors, requests } = result
    throw new Error(`${target.url}: ${non2xx} answers were refusals, ${errors} failed (of ${requests.total})`)
  }
  return result.requests.average
}

/** autocannon rounds latencies to whole milliseconds; one request at a time is measured by hand. */
export async function medianMs(target: Target, requests: number): Promise<number> {
  const times: number[] = []
  const warmUp = Math.ceil(requests / 5)
  for (let turn = 0; turn < warmUp + requests; turn++) {
    const began = performance.now()
    const answer = await fetch(target.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...target.headers },
      body: target.body,
    })
    await answer.text()
    if (turn >= warmUp) times.push(performance.now() - began)
  }
  return percentile(times, 0.5)
}

export interface Throughput {
  ours: number
  floor: number
  ratio: number
}

/** Ours and the floor in turns, so that whatever else the machine does falls on both. The middle one of the ratios. */
export async function compare(
  ours: Target,
  floor: Target,
  options: { connections: number; seconds: number; rounds: number },
): Promise<Throughput> {
  const rounds: Throughput[] = []
  for (let round = 0; round < options.rounds; round++) {
    const floorRate = await perSecond(floor, options.connections, options.seconds)
    const ourRate = await perSecond(ours, options.connections, options.seconds)
    rounds.push({ ours: ourRate, floor: floorRate, ratio: ourRate / floorRate })
  }
  const middle = rounds.sort((a, b) => a.ratio - b.ratio)[Math.floor(rounds.length / 2)]
  if (!middle) throw new Error('at least one round')
  return middle
}

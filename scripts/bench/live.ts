import { call, follow, percentile, publishChain, transform } from './calls'
import type { Bench } from './product'

export interface Spread {
  p50: number
  p99: number
}

const spread = (times: number[]): Spread => ({ p50: percentile(times, 0.5), p99: percentile(times, 0.99) })

function publishApproval(bench: Bench, name: string): Promise<string> {
  return publishChain(bench, name, [{ type: 'approval', config: { title: 'Go on?' } }, transform])
}

/** From the click of an approver to the end of the run, as somebody who follows it sees it. */
export async function resumeMs(bench: Bench, turns: number): Promise<Spread> {
  const workflow = await publishApproval(bench, 'Bench approval')
  const times: number[] = []
  const warmUp = Math.ceil(turns / 10)
  for (let turn = 0; turn < warmUp + turns; turn++) {
    const run = await call<{ id: string }>(bench, 'POST', `/workflows/${workflow}/runs`, { wait: 30 })
    let listening = () => {}
    const ready = new Promise<void>((resolve) => {
      listening = resolve
    })
    const ended = follow(bench, run.id, (event) => {
      if (event.type === 'run_waiting') listening()
      return event.type === 'run_completed'
    })
    await ready
    const began = performance.now()
    const decided = call(bench, 'POST', `/runs/${run.id}/nodes/n1/approve`, {})
    await ended
    if (turn >= warmUp) times.push(performance.now() - began)
    await decided
  }
  return spread(times)
}

/** From the instant that a worker wrote into an event to its arrival at each of many subscribers, commit included. */
export async function eventMs(bench: Bench, options: { subscribers: number; turns: number }): Promise<Spread> {
  const workflow = await publishApproval(bench, 'Bench events')
  const times: number[] = []
  for (let turn = 0; turn <= options.turns; turn++) {
    const run = await call<{ id: string }>(bench, 'POST', `/workflows/${workflow}/runs`, { wait: 30 })
    let waiting = 0
    let allWait = () => {}
    const ready = new Promise<void>((resolve) => {
      allWait = resolve
    })
    const followers = Array.from({ length: options.subscribers }, () => {
      let isLive = false
      return follow(bench, run.id, (event) => {
        if (isLive && turn > 0) times.push(Date.now() - Date.parse(event.at))
        if (event.type === 'run_waiting') {
          isLive = true
          waiting += 1
          if (waiting === options.subscribers) allWait()
        }
        return event.type === 'run_completed'
      })
    })
    await ready
    await call(bench, 'POST', `/runs/${run.id}/nodes/n1/approve`, {})
    await Promise.all(followers)
  }
  return spread(times)
}

import type { Bench } from './product'

/** Calls the API with the bench's key. Throws with the problem document when it is refused. */
export async function call<T>(bench: Bench, method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${bench.url}/v1${path}`, {
    method,
    headers: { 'x-api-key': bench.key, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
  return JSON.parse(text) as T
}

/** Publishes a chain of nodes between Start and End. */
export async function publishChain(
  bench: Bench,
  name: string,
  nodes: { type: string; config: object }[],
): Promise<string> {
  const chain = [{ type: 'start', config: {} }, ...nodes, { type: 'end', config: {} }]
  const definition = {
    nodes: chain.map((node, index) => ({ id: `n${index}`, name: `n${index}`, ...node })),
    edges: chain.slice(1).map((_, index) => ({
      id: `e${index}`,
      source: `n${index}`,
      sourcePort: chain[index]?.type === 'approval' ? 'approved' : 'out',
      target: `n${index + 1}`,
    })),
  }
  return publish(bench, name, definition)
}

/** Makes a workflow and publishes it; answers its id. */
export async function publish(bench: Bench, name: string, definition: object): Promise<string> {
  const { id } = await call<{ id: string }>(bench, 'POST', '/workflows', { name, definition })
  await call(bench, 'POST', `/workflows/${id}/publish`, {})
  return id
}

export const transform = { type: 'transform', config: { expression: '{ "n": 1 + 1 }' } }

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** Reads the events of a run as they come; `onEvent` returns true to stop. */
export async function follow(
  bench: Bench,
  runId: string,
  onEvent: (event: { type: string; seq: number; at: string }) => boolean,
): Promise<void> {
  const abort = new AbortController()
  const answer = await fetch(`${bench.url}/v1/runs/${runId}/events`, {
    headers: { 'x-api-key': bench.key, accept: 'text/event-stream' },
    signal: abort.signal,
  })
  if (!answer.ok || !answer.body) throw new Error(`events: ${answer.status} ${await answer.text()}`)
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of answer.body) {
    text += decoder.decode(chunk, { stream: true })
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const data = /^data: ?(.*)$/m.exec(text.slice(0, end))?.[1]
      text = text.slice(end + 2)
      const frame = data
        ? (JSON.parse(data) as { kind?: string; event?: { type: string; seq: number; at: string } })
        : undefined
      if (frame?.event && onEvent(frame.event)) {
        abort.abort()
        return
      }
    }
  }
}

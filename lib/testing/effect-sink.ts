import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface SinkCall {
  path: string
  key: string
  atMs: number
}

export interface EffectSink {
  url: string
  /** Every call that arrived, in order: the only judge of what happened once and what happened twice. */
  calls: SinkCall[]
  close(): Promise<void>
}

/** An HTTP server outside the engine that notes every call with its idempotency key. `hold`: what it waits for before it answers a path. */
export async function openEffectSink(
  hold: (path: string) => Promise<unknown> | undefined = () => undefined,
): Promise<EffectSink> {
  const calls: SinkCall[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    calls.push({ path, key: String(request.headers['idempotency-key'] ?? ''), atMs: Date.now() })
    request.resume()
    const answer = () => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ ok: true, path }))
    }
    void (hold(path) ?? Promise.resolve()).then(answer)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

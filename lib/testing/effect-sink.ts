import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface SinkCall {
  path: string
  key: string
}

export interface EffectSink {
  url: string
  /** Every call that arrived, in order: the only judge of what happened once and what happened twice. */
  calls: SinkCall[]
  close(): Promise<void>
}

/** An HTTP server outside the engine that notes every call with its idempotency key. `delayMs`: before it answers. */
export async function openEffectSink(delayMs = 0): Promise<EffectSink> {
  const calls: SinkCall[] = []
  const server = createServer((request, response) => {
    calls.push({ path: request.url ?? '', key: String(request.headers['idempotency-key'] ?? '') })
    request.resume()
    setTimeout(() => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ ok: true, path: request.url }))
    }, delayMs)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

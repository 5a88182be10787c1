import { EventEmitter } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import next from 'next'
import { createFrontDoor } from '@/lib/api/server/front-door'
import { readClientDocumentsWith } from '@/lib/auth/oauth/clients'
import { closeNotify } from '@/lib/db/notify'
import { env, publicUrl } from '@/lib/env'
import { log } from '@/lib/log'
import { egressFetch } from '@/lib/nodes/egress'
import { startWorker } from '@/lib/worker/main'
import { portObstacle } from './knobs'

export interface Serving {
  url: string
  /** Stops accepting, lets work in flight finish for at most `graceMs`, then returns. */
  stop(graceMs: number): Promise<void>
}

const HEADERS_TIMEOUT_MS = 20_000
const REQUEST_TIMEOUT_MS = 120_000
const CONNECTION_GRACE_MS = 2_000

/** Serves pages, API and worker in this process until it is stopped. The database is open and migrated. */
export async function serve(options: { dev: boolean }): Promise<Serving> {
  // Next attaches its own upgrade listener to this object and not to the server, so that only what we pass on reaches it.
  const upgrades = new EventEmitter()
  const pages = next({
    dev: options.dev,
    dir: process.cwd(),
    httpServer: upgrades as unknown as Server,
    port: env().PORT,
  })
  await pages.prepare()
  const nextHandler = pages.getRequestHandler()
  const frontDoor = createFrontDoor({ next: (request, response) => void nextHandler(request, response) })
  const upgraded = new Set<Duplex>()
  const server = createServer({ headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS }, frontDoor)
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => undefined)
    if (!options.dev || !isHotReload(request)) return socket.destroy()
    upgraded.add(socket.on('close', () => upgraded.delete(socket)))
    upgrades.emit('upgrade', request, socket, head)
  })
  server.on('clientError', (_error, socket) => socket.destroy())

  readClientDocumentsWith(readDocument)
  const worker = await startWorker({})
  await listen(server, env().PORT)
  return {
    url: publicUrl(),
    stop: async (graceMs) => {
      const closed = new Promise<void>((done) => server.close(() => done()))
      server.closeIdleConnections()
      for (const socket of upgraded) socket.destroy()
      const hurry = setTimeout(() => server.closeAllConnections(), Math.min(graceMs, CONNECTION_GRACE_MS))
      await worker.stop(graceMs).catch((error: unknown) => log.error({ err: error }, 'the worker did not stop cleanly'))
      await closeNotify()
      await closed
      clearTimeout(hurry)
      await pages.close()
    },
  }
}

/** Only a page that we served may open it: a foreign page names its own origin. */
function isHotReload(request: IncomingMessage): boolean {
  const { host, origin } = request.headers
  if (!request.url?.startsWith('/_next/hmr') || !host) return false
  return origin === undefined || origin === `http://${host}`
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) => fail(portObstacle(port, error)))
    server.listen(port, () => done())
  })
}

/** The description of an OAuth client, read by the one way out, which never leads into this network. */
async function readDocument(url: string): Promise<{ status: number; body: unknown }> {
  const limits = { timeoutMs: 5_000, maxBytes: 64 * 1024 }
  try {
    const answer = await egressFetch(url, { headers: { accept: 'application/json' } }, limits)
    return { status: answer.status, body: await answer.json() }
  } catch (error) {
    log.debug({ err: String(error) }, 'the description of an OAuth client could not be read')
    return { status: 0, body: null }
  }
}

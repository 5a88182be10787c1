import { createServer } from 'node:net'
import { freePort } from '@/lib/db/embedded-postgres'
import { type Env, readEnv } from '@/lib/env'
import { parseEgressAllow } from '@/lib/nodes/egress-addresses'
import { Obstacle } from './obstacle'

/** The validated knobs as they are now: not kept, because the secrets are set only later. Throws one sentence that names the wrong one. */
export function readKnobs(): Env {
  try {
    const knobs = readEnv(process.env)
    parseEgressAllow(knobs.EGRESS_ALLOW)
    return knobs
  } catch (error) {
    throw new Obstacle(error instanceof Error ? error.message : String(error))
  }
}

/**
 * Makes sure that PORT can be listened on before anything slow is done; `PORT=0` becomes a free port, so that links and
 * `first-run.json` name the real one. Must run before the knobs are first read.
 */
export async function settlePort(): Promise<void> {
  if (process.env.PORT === '0') process.env.PORT = String(await freePort())
  const { PORT } = readKnobs()
  await new Promise<void>((done, fail) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) => fail(portObstacle(PORT, error)))
    probe.listen(PORT, () => probe.close(() => done()))
  })
}

/** The sentence for a port that cannot be listened on. */
export function portObstacle(port: number, error: NodeJS.ErrnoException): Error {
  if (error.code === 'EADDRINUSE') {
    return new Obstacle(
      `Port ${port} is taken by another program: stop that one or choose another, as in PORT=${port + 1} npm start.`,
    )
  }
  if (error.code === 'EACCES') {
    return new Obstacle(`Port ${port} is reserved for root: choose one above 1023, as in PORT=3000 npm start.`)
  }
  return error
}

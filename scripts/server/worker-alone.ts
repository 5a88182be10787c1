import { hostname } from 'node:os'
import { pool } from '@/lib/db/client'
import { pendingMigrations } from '@/lib/db/migration-files'
import { closeNotify } from '@/lib/db/notify'
import { startWorker } from '@/lib/worker/main'
import { Obstacle } from './obstacle'
import type { Serving } from './serve'

/** A worker without a web server, on the database of a running installation. It never migrates: that start did. */
export async function serveWorker(): Promise<Serving> {
  const missing = await pendingMigrations(pool()).catch(() => ['all of them'])
  if (missing.length > 0) {
    throw new Obstacle(`The database lacks migrations (${missing.join(', ')}): run \`npm start\` on it first.`)
  }
  const worker = await startWorker({})
  return {
    url: hostname(),
    stop: async (graceMs) => {
      await worker.stop(graceMs)
      await closeNotify()
    },
  }
}

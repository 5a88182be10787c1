import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../db/embedded-postgres'
import { isPostgres } from '../db/postgres-process'

/** A PostgreSQL server of one test's own, which it may kill and start again. */
export interface ThrowAwayServer {
  /** Of the database `countersign`; the same after a restart. */
  readonly url: string
  /** SIGKILL to the postmaster, as a power switch would: its backends die with it. */
  kill(): Promise<void>
  /** Starts it again on the same data and port; it replays its log first. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** `settings`: as `name=value`; by default those of a server whose data nobody needs tomorrow. */
export async function openThrowAwayServer(options: { settings?: string[] } = {}): Promise<ThrowAwayServer> {
  const settings = options.settings ?? ['fsync=off', 'full_page_writes=off', 'max_connections=100']
  const folder = await mkdtemp(join(tmpdir(), 'countersign-server-'))
  await chmod(folder, 0o755) // as root the server runs as another account
  const start = () => startEmbeddedPostgres({ folder: join(folder, 'postgres'), settings })
  let server: EmbeddedPostgres = await start()
  return {
    url: server.url,
    async kill() {
      process.kill(server.pid, 'SIGKILL')
      while (await isPostgres(server.pid)) await new Promise((resolve) => setTimeout(resolve, 5))
    },
    async restart() {
      // Its orphaned backends hold the shared memory until they notice; a start before that is refused.
      for (let turn = 0; ; turn++) {
        try {
          server = await start()
          return
        } catch (error) {
          if (turn >= 50) throw error
          await new Promise((resolve) => setTimeout(resolve, 100))
        }
      }
    },
    async close() {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

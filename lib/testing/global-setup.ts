import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { startEmbeddedPostgres } from '../db/embedded-postgres'
import { migrate } from '../db/migrate'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The migrated database that every test file's own database is cloned from. */
    templateUrl: string
  }
}

/** Starts one real PostgreSQL for the whole test run, migrates one database in it and closes that one as a template. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-test-'))
  await chmod(folder, 0o755) // as root the server runs as another account
  const server = await startEmbeddedPostgres({
    folder: join(folder, 'postgres'),
    settings: ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=200'],
  })
  const teardown = async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await migrate(server.url)
    await closeTemplate(server.url)
  } catch (error) {
    await teardown()
    throw error
  }
  project.provide('templateUrl', server.url)
  return teardown
}

/** A database with connections cannot be cloned. */
async function closeTemplate(templateUrl: string): Promise<void> {
  const url = new URL(templateUrl)
  const template = url.pathname.slice(1)
  url.pathname = '/postgres'
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  await client.query(`alter database ${pg.escapeIdentifier(template)} with allow_connections false is_template true`)
  await client.end()
}

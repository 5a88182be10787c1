import { join } from 'node:path'
import pg from 'pg'
import { closeDatabase } from '@/lib/db/client'
import { findUnsafeSettings } from '@/lib/db/durable-server'
import { runningEmbeddedPostgres, startEmbeddedPostgres } from '@/lib/db/embedded-postgres'
import { migrate } from '@/lib/db/migrate'
import { PostgresProcessError } from '@/lib/db/postgres-process'
import { readKnobs } from './knobs'
import { Obstacle } from './obstacle'

const OLDEST_VERSION = 140_000
const CONNECT_TIMEOUT_MS = 5_000

/** The database of this installation, ready for migrations; `process.env.DATABASE_URL` names it from now on. */
export interface OpenDatabase {
  /** What to show beside the step. */
  note: string
  close(): Promise<void>
}

/** Says early, before anything slow is done, that DATABASE_URL cannot be used. */
export async function checkGivenDatabase(): Promise<void> {
  if (process.env.DATABASE_URL) await checkReachable(process.env.DATABASE_URL)
}

/** The database that DATABASE_URL names, or an embedded PostgreSQL in the data folder. */
export async function openDatabase(dataFolder: string): Promise<OpenDatabase> {
  const given = process.env.DATABASE_URL
  if (given) {
    return { note: new URL(given).host, close: closeDatabase }
  }
  try {
    const server = await startEmbeddedPostgres({ folder: join(dataFolder, 'postgres') })
    process.env.DATABASE_URL = server.url
    const close = async () => {
      await closeDatabase()
      await server.stop()
    }
    await checkReachable(server.url).catch(async (error: unknown) => {
      await server.stop()
      throw error
    })
    return { note: `${server.adopted ? 'still running' : 'started'} on port ${server.port}`, close }
  } catch (error) {
    throw error instanceof PostgresProcessError ? new Obstacle(error.message) : error
  }
}

/** For a worker alone: the given database, or the embedded one of the start that runs on the same data folder. */
export async function joinDatabase(dataFolder: string): Promise<OpenDatabase> {
  if (process.env.DATABASE_URL) {
    await checkGivenDatabase()
    return openDatabase(dataFolder)
  }
  const url = await runningEmbeddedPostgres(join(dataFolder, 'postgres'))
  if (url === undefined) {
    throw new Obstacle(`No database runs in ${dataFolder}: run \`npm start\` there first, or set DATABASE_URL.`)
  }
  process.env.DATABASE_URL = url
  return { note: new URL(url).host, close: closeDatabase }
}

/** Applies what is missing. Returns what to show beside the step. */
export async function migrateDatabase(): Promise<string> {
  const applied = await migrate(process.env.DATABASE_URL ?? '').catch((error: Error) => {
    throw new Obstacle(`A migration failed and was rolled back: ${error.message.split('\n').slice(0, 2).join(' ')}`)
  })
  return applied.length === 0 ? 'up to date' : `${applied.length} applied`
}

async function checkReachable(url: string): Promise<void> {
  const place = hostOf(url)
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<{ server_version_num: string }>('show server_version_num')
    const version = Number(rows[0]?.server_version_num)
    if (version < OLDEST_VERSION) {
      throw new Obstacle(
        `DATABASE_URL names PostgreSQL ${Math.floor(version / 10_000)} at ${place}; 14 or newer is needed.`,
      )
    }
    await refuseUnsafe(client, place)
  } catch (error) {
    throw error instanceof Obstacle ? error : new Obstacle(connectionSentence(place, error as NodeJS.ErrnoException))
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Whoever starts in production is promised that what was accepted is not lost; such a server cannot keep that promise. */
async function refuseUnsafe(client: pg.Client, place: string): Promise<void> {
  const { NODE_ENV, ALLOW_UNSAFE_DATABASE } = readKnobs()
  if (NODE_ENV !== 'production' || ALLOW_UNSAFE_DATABASE === '1') return
  const unsafe = await findUnsafeSettings(client)
  if (unsafe.length === 0) return
  const found = unsafe.map(({ name, risk }) => `${name} is off (${risk})`).join('; ')
  const fix = unsafe.map(({ name }) => `ALTER SYSTEM SET ${name} = on`).join('; ')
  throw new Obstacle(
    `The PostgreSQL at ${place} may lose runs that were accepted: ${found}. As its superuser: ${fix}; SELECT pg_reload_conf(). For a throw-away database, ALLOW_UNSAFE_DATABASE=1 starts anyway.`,
  )
}

function hostOf(url: string): string {
  try {
    const { protocol, host } = new URL(url)
    if (/^postgres(ql)?:$/.test(protocol) && host) return host
  } catch {
    // said below
  }
  throw new Obstacle(
    'DATABASE_URL is not a PostgreSQL URL: it looks like postgresql://user:password@host:5432/database.',
  )
}

function connectionSentence(place: string, error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return `DATABASE_URL: nothing answers at ${place}; start that PostgreSQL or correct the host and port.`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `DATABASE_URL: the host of ${place} is not known; correct it.`
    case '28P01':
    case '28000':
      return `DATABASE_URL: the server at ${place} refuses this user or password.`
    case '3D000':
      return `DATABASE_URL: the server at ${place} has no such database; make it first (createdb).`
    default:
      return `DATABASE_URL: the server at ${place} cannot be used (${error.message}).`
  }
}

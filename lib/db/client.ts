import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { log } from '../log'
import { PrismaClient } from './generated/client'
import { forgetSingleton, processSingleton } from './process'
import { teamOfContext } from './team-context'
import { TeamPool } from './team-pool'

/** No statement of the product may hold a connection longer than these; a forgotten transaction frees its locks by itself. */
const STATEMENT_TIMEOUT_MS = 10_000
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000
const LOCK_TIMEOUT_MS = 5_000
/** A connection may be dead without either end hearing of it: an answer that is this late never comes. */
const ANSWER_TIMEOUT_MS = 12_000
/** Nobody waits on an idle connection, so a dead one is found only when it is used: it must not be kept for long. */
const IDLE_TIMEOUT_MS = 3_000
const CONNECT_TIMEOUT_MS = 10_000
const MAX_CONNECTIONS = 10

/** Where the database is. Throws an Error naming the knob when nothing says so. */
export function databaseUrl(): string {
  const url = process.env.DATABASE_URL
  if (!url) throw new Error('DATABASE_URL is not set; `npm start` sets it to the embedded PostgreSQL')
  return url
}

/**
 * The connections of this process, for hot paths and anything that needs several statements in one transaction: while a
 * request is served those that see its team alone, otherwise those of the engine. A connection that the server drops is
 * logged and replaced by the next query; it never ends the process.
 */
export function pool(): pg.Pool {
  if (teamOfContext() === undefined) return processSingleton('pool', () => watched(new pg.Pool(settings())))
  return processSingleton('team-pool', () => watched(new TeamPool(settings())))
}

/** Of each of the two pools. */
function settings(): pg.PoolConfig {
  return {
    connectionString: databaseUrl(),
    application_name: 'countersign',
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    lock_timeout: LOCK_TIMEOUT_MS,
    pipeline: true, // a transaction need not wait for one answer before its next statement, see transaction.ts
    keepAlive: true,
    keepAliveInitialDelayMillis: IDLE_TIMEOUT_MS,
  }
}

function watched(made: pg.Pool): pg.Pool {
  made.on('error', (error) => log.warn({ err: error.message }, 'an idle database connection was lost'))
  // A connection in use has no listener of the pool; without this one, losing it in mid-query would end the process.
  made.on('connect', (client) => client.on('error', () => undefined))
  return made
}

/** Prisma's own patience, 2 s for a connection and 5 s in all, is over on a busy machine before anything is wrong. */
const TRANSACTION = { maxWait: CONNECT_TIMEOUT_MS, timeout: STATEMENT_TIMEOUT_MS }

/** Prisma, for ordinary paths. It shares the connections of {@link pool}, so the limit of connections is one number. */
export function prisma(): PrismaClient {
  const name = teamOfContext() === undefined ? 'prisma' : 'team-prisma'
  return processSingleton(
    name,
    () => new PrismaClient({ adapter: new PrismaPg(pool()), transactionOptions: TRANSACTION }),
  )
}

/** Ends every connection and forgets the singletons, so that a later call starts afresh on the then current DATABASE_URL. */
export async function closeDatabase(): Promise<void> {
  const clients = ['prisma', 'team-prisma'].map((name) => taken<PrismaClient>(name))
  const pools = ['pool', 'team-pool'].map((name) => taken<pg.Pool>(name))
  // Their connections say goodbye after end() has returned; a server that stops in between is no news.
  for (const each of pools) each?.removeAllListeners('error').on('error', () => undefined)
  await Promise.all(clients.map((each) => each?.$disconnect()))
  await Promise.all(pools.map((each) => each?.end()))
}

/** The instance if there is one; the next caller makes another. */
function taken<T>(name: string): T | undefined {
  const instance = processSingleton<T | undefined>(name, () => undefined)
  forgetSingleton(name)
  return instance
}

import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { log } from '../log'
import { PrismaClient } from './generated/client'
import { forgetSingleton, processSingleton } from './process'

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
 * The one connection pool of this process, for hot paths and anything that needs several statements in one transaction.
 * A connection that the server drops is logged and replaced by the next query; it never ends the process.
 */
export function pool(): pg.Pool {
  return processSingleton('pool', () => {
    const made = new pg.Pool({
      connectionString: databaseUrl(),
      application_name: 'countersign',
      max: MAX_CONNECTIONS,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: ANSWER_TIMEOUT_MS,
      idleTimeoutMillis: IDLE_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
      lock_timeout: LOCK_TIMEOUT_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: IDLE_TIMEOUT_MS,
    })
    made.on('error', (error) => log.warn({ err: error.message }, 'an idle database connection was lost'))
    // A connection in use has no listener of the pool; without this one, losing it in mid-query would end the process.
    made.on('connect', (client) => client.on('error', () => undefined))
    return made
  })
}

/** The Prisma client of this process, for ordinary paths. It shares {@link pool}, so the limit of connections is one number. */
export function prisma(): PrismaClient {
  return processSingleton('prisma', () => new PrismaClient({ adapter: new PrismaPg(pool()) }))
}

/** Ends every connection and forgets both singletons, so that a later call starts afresh on the then current DATABASE_URL. */
export async function closeDatabase(): Promise<void> {
  const [client, connections] = [prismaIfAny(), poolIfAny()]
  forgetSingleton('prisma')
  forgetSingleton('pool')
  // Its connections say goodbye after end() has returned; a server that stops in between is no news.
  connections?.removeAllListeners('error').on('error', () => undefined)
  await client?.$disconnect()
  await connections?.end()
}

function prismaIfAny(): PrismaClient | undefined {
  return processSingleton<PrismaClient | undefined>('prisma', () => undefined)
}

function poolIfAny(): pg.Pool | undefined {
  return processSingleton<pg.Pool | undefined>('pool', () => undefined)
}

import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { closeDatabase, pool } from '../db/client'

/**
 * The database of the running test file: a clone of the migrated template, so files never see each other's rows.
 * `database-setup.ts` makes it before the file is loaded and drops it afterwards; a test needs this only for the URL.
 */
export interface TestDatabase {
  url: string
  name: string
  pool: pg.Pool
}

let current: Promise<TestDatabase> | undefined

/** The database of this test file. The first call clones it and points DATABASE_URL, `pool()` and `prisma()` at it. */
export function testDatabase(): Promise<TestDatabase> {
  current ??= cloneTemplate()
  return current
}

/** Ends every connection to the database of this test file and drops it. */
export async function dropTestDatabase(): Promise<void> {
  const database = await current
  current = undefined
  if (database === undefined) return
  await closeDatabase()
  await administer(`drop database ${pg.escapeIdentifier(database.name)} with (force)`)
}

async function cloneTemplate(): Promise<TestDatabase> {
  const url = new URL(inject('templateUrl'))
  const template = url.pathname.slice(1)
  const name = `test_${randomBytes(8).toString('hex')}`
  await administer(`create database ${pg.escapeIdentifier(name)} template ${pg.escapeIdentifier(template)}`)
  url.pathname = `/${name}`
  process.env.DATABASE_URL = url.href
  await closeDatabase()
  return { url: url.href, name, pool: pool() }
}

async function administer(statement: string): Promise<void> {
  const url = new URL(inject('templateUrl'))
  url.pathname = '/postgres'
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

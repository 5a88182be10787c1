import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { openThrowAwayServer, type ThrowAwayServer } from '@/lib/testing/postgres-server'
import { checkGivenDatabase } from './database'

/** A note of the fault catalogue: killing the server cannot show that fsync is off, so a start in production asks. */

let server: ThrowAwayServer
let admin: pg.Client

beforeAll(async () => {
  server = await openThrowAwayServer({ settings: [] })
  admin = new pg.Client({ connectionString: server.url })
  await admin.connect()
})
afterAll(async () => {
  await admin?.end()
  await server?.close()
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await admin.query('ALTER SYSTEM RESET ALL')
  await reload()
})

/** The settings are read by the backend of a new connection; the reload itself is heard a moment later. */
async function reload(expected?: { name: string; setting: string }): Promise<void> {
  await admin.query('SELECT pg_reload_conf()')
  if (!expected) return
  await expect
    .poll(async () => {
      const client = new pg.Client({ connectionString: server.url })
      await client.connect()
      const { rows } = await client.query(`SELECT current_setting($1) AS setting`, [expected.name])
      await client.end()
      return rows[0]?.setting
    })
    .toBe(expected.setting)
}

async function start(environment: Record<string, string>): Promise<string> {
  vi.stubEnv('DATABASE_URL', server.url)
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  return checkGivenDatabase().then(
    () => 'started',
    (error: Error) => `${error.name}: ${error.message}`,
  )
}

describe('a start in production', () => {
  test('is fine on a server as it comes', async () => {
    expect(await start({ NODE_ENV: 'production' })).toBe('started')
  })

  test.each(['fsync', 'full_page_writes', 'synchronous_commit'])('refuses a server with %s off', async (name) => {
    await admin.query(`ALTER SYSTEM SET ${name} = off`)
    await reload({ name, setting: 'off' })
    const refusal = await start({ NODE_ENV: 'production' })
    expect(refusal).toContain(`Obstacle: The PostgreSQL at 127.0.0.1:`)
    expect(refusal).toContain(`${name} is off`)
    expect(refusal).toContain(`ALTER SYSTEM SET ${name} = on`)
    expect(refusal).not.toContain(new URL(server.url).password)
    expect(await start({ NODE_ENV: 'production', ALLOW_UNSAFE_DATABASE: '1' })).toBe('started')
    expect(await start({ NODE_ENV: 'development', ALLOW_UNSAFE_DATABASE: '0' })).toBe('started')
  })
})

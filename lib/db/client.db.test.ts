import { expect, test } from 'vitest'
import { closeDatabase, pool, prisma } from './client'

const endConnections = `select count(pg_terminate_backend(pid))::int as ended from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()`

test('connections that the server drops are replaced by the next query, and nothing crashes', async () => {
  const held = await pool().connect()
  await Promise.all([pool().query('select 1'), prisma().$queryRaw`select 1`])
  const inFlight = pool()
    .query('select pg_sleep(30)')
    .then(
      () => 'answered',
      () => 'refused',
    )
  expect((await held.query<{ ended: number }>(endConnections)).rows[0]?.ended).toBeGreaterThan(0)
  held.release()
  expect(await inFlight).toBe('refused')
  expect((await pool().query('select 1 as one')).rows).toEqual([{ one: 1 }])
  expect(await prisma().team.count()).toBe(0)
})

test('a statement, a lock and a forgotten transaction have limits', async () => {
  const { rows } = await pool().query<{ name: string; setting: string }>(
    `select name, setting from pg_settings
      where name in ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout') order by name`,
  )
  expect(rows).toEqual([
    { name: 'idle_in_transaction_session_timeout', setting: '10000' },
    { name: 'lock_timeout', setting: '5000' },
    { name: 'statement_timeout', setting: '10000' },
  ])
})

test('after closing, the next use opens a new pool', async () => {
  const before = pool()
  await closeDatabase()
  expect(pool()).not.toBe(before)
  expect((await pool().query('select 1 as one')).rows).toEqual([{ one: 1 }])
})

import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, expect } from 'vitest'
import { pool } from '../db/client'
import { dropTestDatabase, testDatabase } from './database'
import { findViolations } from './invariants'

process.env.NEXTAUTH_SECRET ??= randomBytes(32).toString('base64url')
await testDatabase() // before the test file is loaded: its modules may read DATABASE_URL as they load

afterEach(async () => {
  expect(await findViolations(pool()), 'every invariant of the stored data holds after the test').toEqual([])
})

afterAll(dropTestDatabase)

import { describe, expect, test } from 'vitest'
import { pool } from '../db/client'
import { findViolations, invariants } from './invariants'

describe('the invariants of the stored data', () => {
  test('every query runs against the migrated schema and an empty database breaks none', async () => {
    expect(invariants().length).toBeGreaterThan(15)
    expect(await findViolations(pool())).toEqual([])
  })
})

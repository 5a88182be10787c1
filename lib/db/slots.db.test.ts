import { describe, expect, test } from 'vitest'
import { newId } from '../ids'
import { makeTeam } from '../testing/people'
import { limitTeam } from '../testing/runs'
import { pool } from './client'
import { findExceededTeams, forgetSlots, grantSlots, type SlotScope, setSlots } from './slots'
import { forgetWorkers, registerWorker, retireWorker } from './workers'

async function makeScope(limit: number): Promise<SlotScope & { kind: 'team' }> {
  const { id } = await makeTeam()
  await limitTeam(id, limit)
  return { kind: 'team', id }
}

const workers = (count: number) => Promise.all(Array.from({ length: count }, () => registerWorker('test:0')))

async function granted(scope: SlotScope): Promise<number> {
  const { rows } = await pool().query<{ sum: number }>(
    `SELECT coalesce(sum(s.granted), 0)::int AS sum FROM worker_slots s JOIN workers w ON w.id = s.worker_id
     WHERE s.scope_id = $1 AND w.lease_until > clock_timestamp()`,
    [scope.id],
  )
  return rows[0]?.sum ?? 0
}

describe('slots in the database', () => {
  test('however many workers ask at the same time, the sum is the limit and not one more', async () => {
    const scope = await makeScope(20)
    const all = await workers(5)
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, turn) => grantSlots(all[turn % 5] ?? '', scope, 1 + (turn % 3))),
    )
    expect(answers.reduce((sum, { slots }) => sum + slots, 0)).toBe(20)
    expect(await granted(scope)).toBe(20)
  })

  test('what was given back can be had by others, at once', async () => {
    const scope = await makeScope(4)
    const [one = '', two = ''] = await workers(2)
    expect(await grantSlots(one, scope, 9)).toEqual({ slots: 4, others: 0 })
    expect(await grantSlots(two, scope, 1)).toEqual({ slots: 0, others: 4 })
    await setSlots(one, scope, 1)
    expect(await grantSlots(two, scope, 9)).toEqual({ slots: 3, others: 1 })
  })

  test('giving back twice gives back once, and never takes', async () => {
    const scope = await makeScope(4)
    const [one = ''] = await workers(1)
    await grantSlots(one, scope, 3)
    await setSlots(one, scope, 2)
    await setSlots(one, scope, 2)
    await setSlots(one, scope, 4)
    expect(await granted(scope)).toBe(2)
  })

  test('F-04: the slots of a worker whose lease ended are free, and it gets no more', async () => {
    const scope = await makeScope(3)
    const [dead = '', alive = ''] = await workers(2)
    await grantSlots(dead, scope, 3)
    await retireWorker(dead)
    expect(await grantSlots(dead, scope, 1)).toMatchObject({ slots: 0 })
    expect(await grantSlots(alive, scope, 9)).toEqual({ slots: 3, others: 0 })
  })

  test('limits of two versions of one workflow count the same runs', async () => {
    const id = newId()
    const [one = '', two = ''] = await workers(2)
    expect(await grantSlots(one, { kind: 'workflow', id, cap: 5 }, 3)).toMatchObject({ slots: 3 })
    expect(await grantSlots(two, { kind: 'workflow', id, cap: 2 }, 1)).toMatchObject({ slots: 0 })
    expect(await grantSlots(two, { kind: 'workflow', id, cap: 4 }, 9)).toMatchObject({ slots: 1 })
  })

  test('a limit that was raised is granted, one that was lowered is told to who has slots', async () => {
    const scope = await makeScope(2)
    const [one = '', two = ''] = await workers(2)
    await grantSlots(one, scope, 2)
    await limitTeam(scope.id, 5)
    expect(await grantSlots(two, scope, 9)).toMatchObject({ slots: 3 })
    expect(await findExceededTeams(one)).toEqual([])
    await limitTeam(scope.id, 1)
    expect(await findExceededTeams(one)).toEqual([{ teamId: scope.id, excess: 4 }])
    expect(await grantSlots(two, scope, 1)).toMatchObject({ slots: 0 })
    await setSlots(one, scope, 0)
    expect(await findExceededTeams(one)).toEqual([])
  })

  test('rows of slots that were given back, and of workers that are gone, are forgotten', async () => {
    const scope = await makeScope(4)
    const [one = '', gone = ''] = await workers(2)
    await grantSlots(one, scope, 2)
    await grantSlots(gone, scope, 2)
    await setSlots(one, scope, 0)
    await pool().query(`UPDATE workers SET lease_until = now() - interval '2 hours' WHERE id = $1`, [gone])
    await forgetSlots()
    await forgetWorkers()
    const { rows } = await pool().query('SELECT FROM worker_slots WHERE scope_id = $1', [scope.id])
    expect(rows).toEqual([])
  })
})

import { beforeAll, describe, expect, test } from 'vitest'
import { pool } from '../db/client'
import { readEvents } from '../db/events'
import { RUN_COLUMNS, type RunRow } from '../db/runs'
import { registerWorker } from '../db/workers'
import { draw } from '../testing/definition'
import { makePublished } from '../testing/runs'
import { startRun } from '../usecases/start-run'
import { advanceRun } from './advance-run'
import { databaseWorld } from './database-world'
import type { Store } from './ports'
import { fireTimer } from './timers'

let owner: string
beforeAll(async () => {
  owner = await registerWorker('test:1')
})

const ownLease = () => ({ owner, isLive: () => true })

/** Leases a run to the test's own worker, whoever was to have it. */
async function lease(runId: string): Promise<RunRow> {
  const { rows } = await pool().query<RunRow>(
    `UPDATE runs r SET lease_owner = $2, lease_epoch = lease_epoch + 1, queued_at = NULL,
       status = CASE WHEN status = 'not_started' THEN 'started' ELSE status END WHERE id = $1 RETURNING ${RUN_COLUMNS}`,
    [runId, owner],
  )
  return rows[0] as RunRow // one row was updated
}

/** Advances a queued run in a world whose store is partly broken. */
async function advanceWith(broken: Partial<Store>) {
  const { principal, workflowId } = await makePublished(
    draw(['start>a', 'a>b'], { a: { config: { expression: '1' } }, b: { config: { expression: 'nodes.a.output' } } }),
  )
  const { runId } = await startRun({ principal, workflowId, trigger: 'api' })
  const world = { ...databaseWorld, store: { ...databaseWorld.store, ...broken } }
  const status = await advanceRun(world, await lease(runId), ownLease()).done
  const after = await pool().query('SELECT * FROM runs WHERE id = $1', [runId])
  return { status, run: after.rows[0], log: await readEvents(runId, 0, 100) }
}

const bug = () => {
  throw new TypeError('a bug of ours')
}

describe('a run whose advance throws', () => {
  test('by a fault of ours is closed, with a terminal event and the reason', async () => {
    const { status, run, log } = await advanceWith({ loadProgram: bug })
    expect(status).toBe('failed')
    expect(run).toMatchObject({ status: 'failed', error_reason: 'finally_safety_net', lease_owner: null })
    expect(log.map((event) => event.type)).toEqual(['run_started', 'run_failed'])
    expect(run.error_summary).not.toMatch(/bug of ours/)
  })

  test('because the database was away is given back to the queue and goes on elsewhere', async () => {
    const away = () => Promise.reject(Object.assign(new Error('terminating connection'), { code: '57P01' }))
    const { status, run } = await advanceWith({ loadProgram: away })
    expect(status).toBeNull()
    expect(run).toMatchObject({ status: 'started', lease_owner: null, queued_at: expect.any(Date) })
  })

  test('when the database is away while a node is being prepared, the node has not failed', async () => {
    const { principal, workflowId } = await makePublished(
      draw(['start>a', 'a>delay', 'delay>b'], {
        a: { config: { expression: '1' } },
        delay: { config: { seconds: 0 } },
        b: { config: { expression: 'nodes.a.output' } },
      }),
    )
    const { runId } = await startRun({ principal, workflowId, trigger: 'api' })
    expect(await advanceRun(databaseWorld, await lease(runId), ownLease()).done).toBe('running')
    const { rows } = await pool().query('SELECT id FROM waits WHERE run_id = $1', [runId])
    await fireTimer(databaseWorld.store, rows[0].id)
    const readNodeOutputs = () => Promise.reject(Object.assign(new Error('terminating connection'), { code: '57P01' }))
    const world = { ...databaseWorld, store: { ...databaseWorld.store, readNodeOutputs } }
    expect(await advanceRun(world, await lease(runId), ownLease()).done).toBeNull()
    expect(await advanceRun(databaseWorld, await lease(runId), ownLease()).done).toBe('completed')
    const failures = (await readEvents(runId, 0, 100)).filter((event) => event.type === 'node_failed')
    expect(failures).toEqual([])
  })
})

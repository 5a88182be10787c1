import { afterEach, describe, expect, test } from 'vitest'
import type { Principal } from '../auth/principal'
import type { Id } from '../ids'
import { draw } from '../testing/definition'
import { makePublished } from '../testing/runs'
import { commandRun } from '../usecases/command-run'
import { startRun } from '../usecases/start-run'
import { pool } from './client'
import { claimQueuedRuns, countQueuedRuns, findQueuedTeams, queueAbandonedRuns } from './run-queue'
import { releaseRuns } from './runs'
import { grantSlots } from './slots'
import { registerWorker, retireWorker } from './workers'
import { createWorkflow, publishVersion } from './workflows'

/** The statements of the queue, without any worker: who gets which run, and in what order. */

const owners: Id[] = []

/** A worker with all the slots that it might want. */
async function makeOwner(teamId: Id): Promise<Id> {
  const owner = await registerWorker('test:0')
  owners.push(owner)
  await grantSlots(owner, { kind: 'team', id: teamId }, 20)
  return owner
}
afterEach(async () => {
  for (const owner of owners.splice(0)) {
    await releaseRuns(owner)
    await retireWorker(owner)
  }
  await pool().query('DELETE FROM runs')
})

/** Runs that are stored as queued, since no worker lives in this process. */
async function queue(principal: Principal, workflowId: Id, count: number): Promise<Id[]> {
  const runIds: Id[] = []
  for (let turn = 0; turn < count; turn++) {
    runIds.push((await startRun({ principal, workflowId, trigger: 'api' })).runId)
  }
  return runIds
}

async function addLimited(principal: Principal, cap: number): Promise<Id> {
  const { rows } = await pool().query<{ id: Id }>('SELECT id FROM projects WHERE team_id = $1', [principal.team.id])
  const { id } = await createWorkflow({
    teamId: principal.team.id,
    projectId: rows[0]?.id ?? '',
    name: `Limited to ${cap}`,
    description: '',
    tags: [],
    definition: draw(['start>end'], {}, { settings: { maxConcurrentRuns: cap } }),
    createdBy: principal.userId,
  })
  await publishVersion({ teamId: principal.team.id, workflowId: id, publishedBy: principal.userId ?? '' })
  return id
}

const ids = (claimed: { runs: { id: Id }[] }) => claimed.runs.map(({ id }) => id)

async function rowOf(runId: Id) {
  const { rows } = await pool().query<{ owner: Id | null; epoch: number; recoveries: number; isQueued: boolean }>(
    `SELECT lease_owner AS owner, lease_epoch AS epoch, recoveries, queued_at IS NOT NULL AS "isQueued" FROM runs WHERE id = $1`,
    [runId],
  )
  return rows[0]
}

describe('claiming from the queue of a team', () => {
  test('gives the oldest first, no more than asked for, and leases them', async () => {
    const { principal, workflowId } = await makePublished(draw(['start>end']))
    const runIds = await queue(principal, workflowId, 5)
    const owner = await makeOwner(principal.team.id)
    const claimed = await claimQueuedRuns(principal.team.id, owner, 3, [])
    expect(ids(claimed)).toEqual(runIds.slice(0, 3))
    expect(claimed.runs[0]).toMatchObject({ status: 'started', leaseOwner: owner, leaseEpoch: 1, wasHeld: false })
    expect(await rowOf(runIds[0] ?? '')).toEqual({ owner, epoch: 1, recoveries: 0, isQueued: false })
    expect(ids(await claimQueuedRuns(principal.team.id, owner, 9, []))).toEqual(runIds.slice(3))
    expect(await claimQueuedRuns(principal.team.id, owner, 9, [])).toEqual({ runs: [], limited: [] })
  })

  test('never gives one run to two', async () => {
    const { principal, workflowId } = await makePublished(draw(['start>end']))
    const runIds = await queue(principal, workflowId, 40)
    const workers = [await makeOwner(principal.team.id), await makeOwner(principal.team.id)]
    await pool().query('UPDATE worker_slots SET granted = 1000')
    const claims = await Promise.all(
      Array.from({ length: 10 }, (_, turn) => claimQueuedRuns(principal.team.id, workers[turn % 2] ?? '', 5, [])),
    )
    const all = claims.flatMap(ids)
    expect(new Set(all).size).toBe(all.length)
    for (const owner of workers) all.push(...ids(await claimQueuedRuns(principal.team.id, owner, 40, [])))
    expect(all.sort()).toEqual(runIds.sort())
  })

  test('passes over a limited workflow, takes of it what is offered, and says which are left', async () => {
    const { principal, workflowId } = await makePublished(draw(['start>end']))
    const teamId = principal.team.id
    const limited = await addLimited(principal, 2)
    const other = await addLimited(principal, 5)
    const first = await queue(principal, limited, 3)
    const second = await queue(principal, other, 1)
    const third = await queue(principal, workflowId, 2)
    const owner = await makeOwner(teamId)

    const without = await claimQueuedRuns(teamId, owner, 1, [])
    expect(ids(without)).toEqual(third.slice(0, 1))
    const both = [
      { workflowId: limited, cap: 2 },
      { workflowId: other, cap: 5 },
    ]
    expect(new Set(without.limited.map((each) => JSON.stringify(each)))).toEqual(
      new Set(both.map((each) => JSON.stringify(each))),
    )
    const offers = [{ workflowId: limited, cap: 2, count: 2 }]
    const claimed = await claimQueuedRuns(teamId, owner, 9, offers)
    expect(ids(claimed)).toEqual([...first.slice(0, 2), ...third.slice(1)])
    expect(claimed.runs.map((run) => run.workflowCap)).toEqual([2, 2, null])
    const rest = await claimQueuedRuns(teamId, owner, 9, [{ workflowId: other, cap: 5, count: 3 }])
    expect(ids(rest)).toEqual(second)
  })

  test('gives nothing to a worker whose lease has ended', async () => {
    const { principal, workflowId } = await makePublished(draw(['start>end']))
    await queue(principal, workflowId, 1)
    const owner = await makeOwner(principal.team.id)
    await retireWorker(owner)
    expect(ids(await claimQueuedRuns(principal.team.id, owner, 1, []))).toEqual([])
  })
})

describe('the queue', () => {
  test('takes runs of a dead worker in front, fences that off at once, and counts the recovery', async () => {
    const { principal, workflowId } = await makePublished(draw(['start>end']))
    const [held = '', waiting = ''] = await queue(principal, workflowId, 2)
    const [dead, alive] = [await makeOwner(principal.team.id), await makeOwner(principal.team.id)]
    await claimQueuedRuns(principal.team.id, dead, 1, [])
    await queueAbandonedRuns(10)
    expect(await rowOf(held), 'its worker lives').toEqual({ owner: dead, epoch: 1, recoveries: 0, isQueued: false })
    await retireWorker(dead)
    await queueAbandonedRuns(10)
    await queueAbandonedRuns(10)
    expect(await rowOf(held)).toEqual({ owner: dead, epoch: 2, recoveries: 0, isQueued: true })
    await grantSlots(alive, { kind: 'team', id: principal.team.id }, 20)
    const claimed = await claimQueuedRuns(principal.team.id, alive, 2, [])
    expect(ids(claimed)).toEqual([held, waiting])
    expect(claimed.runs.map(({ wasHeld, recoveries }) => ({ wasHeld, recoveries }))).toEqual([
      { wasHeld: true, recoveries: 1 },
      { wasHeld: false, recoveries: 0 },
    ])
  })

  test('has a run that is to be stopped in front', async () => {
    const { principal, workflowId } = await makePublished(draw(['start>end']))
    const runIds = await queue(principal, workflowId, 3)
    await commandRun({ principal, runId: runIds[2] ?? '', command: 'stop' })
    const owner = await makeOwner(principal.team.id)
    expect(ids(await claimQueuedRuns(principal.team.id, owner, 1, []))).toEqual([runIds[2]])
  })

  test('is found by team, each once, and counted up to a number', async () => {
    const one = await makePublished(draw(['start>end']))
    const two = await makePublished(draw(['start>end'], {}, { settings: { maxConcurrentRuns: 1 } }))
    await makePublished(draw(['start>end']))
    await queue(one.principal, one.workflowId, 4)
    await queue(two.principal, two.workflowId, 2)
    expect((await findQueuedTeams()).sort()).toEqual([one.principal.team.id, two.principal.team.id].sort())
    expect(await countQueuedRuns(one.principal.team.id, 10)).toBe(4)
    expect(await countQueuedRuns(one.principal.team.id, 3)).toBe(3)
    expect(await countQueuedRuns(two.principal.team.id, 10)).toBe(2)
  })
})

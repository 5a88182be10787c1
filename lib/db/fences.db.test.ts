import { afterEach, describe, expect, test } from 'vitest'
import { newId } from '../ids'
import { draw } from '../testing/definition'
import { makePublished } from '../testing/runs'
import { startRun } from '../usecases/start-run'
import { type Checkpoint, commitCheckpoint } from './checkpoints'
import { pool } from './client'
import { resolveWait, submitCommands } from './commands'
import { claimQueuedRuns, queueAbandonedRuns } from './run-queue'
import { readWait } from './waits'
import { heartbeat, registerWorker, retireWorker } from './workers'

/** The conditions that stop a stale owner and a late decision, each alone: the statements are asked directly. */

const EPOCH = 3
const actor = { kind: 'system', name: 'test' } as const

// Rows that no worker ever wrote: they are gone before the invariants of all stored data are asked.
afterEach(() => pool().query('DELETE FROM runs'))

/** A run that `owner` holds, with one event in its log. */
async function heldRun() {
  const { principal, workflowId } = await makePublished(draw(['start>approval', 'approval:approved>end']))
  const { runId } = await startRun({ principal, workflowId, trigger: 'api' })
  const owner = await registerWorker('test:0')
  await pool().query(
    `UPDATE runs SET lease_owner = $2, lease_epoch = $3, queued_at = NULL, status = 'running' WHERE id = $1`,
    [runId, owner, EPOCH],
  )
  const checkpoint: Checkpoint = {
    runId,
    teamId: principal.team.id,
    workflowId,
    owner,
    epoch: EPOCH,
    expectedSeq: 1,
    events: [{ type: 'node_started', node_id: 'start', path: [], attempt: 1, seq: 2, at: new Date().toISOString() }],
    status: 'running',
    turn: 1,
    commandsApplied: 0,
    waitingFor: null,
    release: false,
    ended: null,
    tokens: 0,
    costUsd: 0,
    nodes: [],
    waits: [],
    blobs: [],
    closedWaits: [],
    tellsParent: false,
  }
  return { runId, teamId: principal.team.id, owner, checkpoint }
}

async function stored(runId: string) {
  const { rows } = await pool().query(
    `SELECT status, lease_owner AS owner, lease_epoch AS epoch, last_seq AS seq, command_seq AS commands,
       queued_at IS NOT NULL AS queued FROM runs WHERE id = $1`,
    [runId],
  )
  return rows[0]
}

const end = (checkpoint: Checkpoint): Checkpoint => ({
  ...checkpoint,
  events: [{ type: 'run_cancelled', reason: 'cancelled', actor, summary: '', seq: 2, at: new Date().toISOString() }],
  status: 'cancelled',
  ended: { output: null, reason: 'cancelled', summary: null, nodeId: null },
})

describe('a checkpoint', () => {
  test('is stored for who holds the run, in its epoch, at its place', async () => {
    const { checkpoint, runId } = await heldRun()
    expect(await commitCheckpoint(checkpoint)).toMatchObject({ lost: false })
    expect(await stored(runId)).toMatchObject({ seq: 2 })
  })

  test.each([
    ['owner', async (of: Checkpoint) => ({ ...of, owner: await registerWorker('test:0') })],
    ['epoch', async (of: Checkpoint) => ({ ...of, epoch: EPOCH - 1 })],
    ['place in the log', async (of: Checkpoint) => ({ ...of, expectedSeq: 0 })],
  ])('of another %s is lost, and writes nothing', async (_what, changed) => {
    const { checkpoint, runId } = await heldRun()
    const before = await stored(runId)
    expect(await commitCheckpoint(await changed(checkpoint)).catch(() => ({ lost: 'refused' }))).toEqual({ lost: true })
    expect(await stored(runId)).toEqual(before)
  })
})

describe('a lease', () => {
  test('that ended is never revived', async () => {
    // Many times: an end that is rounded to the next millisecond leaves room for a heartbeat only now and then.
    for (let round = 0; round < 50; round++) {
      const owner = await registerWorker('test:0')
      expect(await heartbeat(owner)).toBe(true)
      await retireWorker(owner)
      expect(await heartbeat(owner)).toBe(false)
    }
  })

  test('of a living worker protects its run, that of a dead one does not', async () => {
    const { runId, teamId, owner } = await heldRun()
    const other = await registerWorker('test:0')
    await queueAbandonedRuns(100)
    expect(await stored(runId)).toMatchObject({ owner, epoch: EPOCH, queued: false })
    await pool().query('UPDATE runs SET queued_at = now() WHERE id = $1', [runId])
    expect((await claimQueuedRuns(teamId, other, 10, [])).runs).toEqual([])
    expect(await stored(runId)).toMatchObject({ owner, epoch: EPOCH })
    await retireWorker(owner)
    const { runs } = await claimQueuedRuns(teamId, other, 10, [])
    expect(runs).toMatchObject([{ id: runId, leaseOwner: other, leaseEpoch: EPOCH + 1, recoveries: 1, wasHeld: true }])
  })
})

describe('a command', () => {
  test('is written for a run that goes on, and not for one that has ended', async () => {
    const { checkpoint, runId, teamId } = await heldRun()
    const run = { id: runId, teamId, workflowId: checkpoint.workflowId, workflowCap: null }
    expect(await submitCommands(run, [{ kind: 'pause', actor }])).toMatchObject({ commandSeq: 1 })
    await commitCheckpoint(end({ ...checkpoint, commandsApplied: 1 }))
    expect(await submitCommands(run, [{ kind: 'pause', actor }])).toBeNull()
    expect(await stored(runId)).toMatchObject({ status: 'cancelled', commands: 1 })
  })

  test('of another team is not written', async () => {
    const { checkpoint, runId } = await heldRun()
    const run = { id: runId, teamId: newId(), workflowId: checkpoint.workflowId, workflowCap: null }
    expect(await submitCommands(run, [{ kind: 'pause', actor }])).toBeNull()
    expect(await stored(runId)).toMatchObject({ commands: 0 })
  })
})

describe('a wait', () => {
  async function openWait(due: string) {
    const { checkpoint, runId, teamId } = await heldRun()
    const id = newId()
    await pool().query(
      `INSERT INTO waits (id, run_id, team_id, workflow_id, node_key, node_id, kind, request, due_at)
       VALUES ($1, $2, $3, $4, 'approval', 'approval', 'approval', '{}', clock_timestamp() + $5::interval)`,
      [id, runId, teamId, checkpoint.workflowId, due],
    )
    const wait = await readWait(id)
    if (!wait) throw new Error('it was just made')
    return wait
  }
  const by = { actor, userId: null }
  const approve = { kind: 'decision', decision: 'approved', shownHash: '' } as const

  test('is decided once', async () => {
    const wait = await openWait('1 hour')
    expect(await resolveWait(wait, by, approve)).toMatchObject({ resolvedAt: expect.any(Date) })
    expect(await resolveWait(wait, by, approve)).toBeNull()
  })

  test('does not fire before its time on the clock of the database', async () => {
    const wait = await openWait('1 hour')
    expect(await resolveWait(wait, by, { kind: 'fired' })).toBeNull()
    expect((await readWait(wait.id))?.state).toBe('open')
  })

  test('is not decided after its time on the clock of the database', async () => {
    const wait = await openWait('-1 milliseconds')
    expect(await resolveWait(wait, by, approve)).toBeNull()
    expect(await resolveWait(wait, by, { kind: 'fired' })).toMatchObject({ resolvedAt: expect.any(Date) })
  })
})

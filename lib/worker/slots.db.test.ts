import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { pool } from '../db/client'
import { createWorkflow, publishVersion } from '../db/workflows'
import { killWorkers, spawnWorker } from '../testing/children'
import { draw } from '../testing/definition'
import { atRest, ended, limitTeam, makePublished, waitForRun } from '../testing/runs'
import { openTurnstile, type Turnstile } from '../testing/turnstile'
import { commandRun } from '../usecases/command-run'
import { decideApproval } from '../usecases/decide-approval'
import { startRun } from '../usecases/start-run'
import type { WorkflowDefinitionInput } from '../workflow/document'
import { startWorker } from './main'

/** Two levels of limits, seen from outside: how many effects are in flight at once, whoever runs them. */

vi.hoisted(() => {
  process.env.WORKER_LEASE_MS = '1500' // leases end and sweeps come sooner; nothing else differs from the product
  process.env.EGRESS_ALLOW = '127.0.0.1'
})

let turnstile: Turnstile
let worker: Awaited<ReturnType<typeof startWorker>> | undefined

beforeAll(async () => {
  turnstile = await openTurnstile()
})
afterAll(() => turnstile.close())
afterEach(async () => {
  turnstile.clear()
  await worker?.stop(1_000)
  worker = undefined
  await killWorkers()
})

async function startHere(concurrency?: number): Promise<void> {
  worker = await startWorker(concurrency === undefined ? {} : { concurrency })
}

/** A published workflow of a new team with one effect; `begin` starts runs of it. */
async function makeCaller(
  path: string,
  options: { team?: number; settings?: WorkflowDefinitionInput['settings'] } = {},
) {
  const { principal, workflowId } = await makePublished(
    draw(['start>call', 'call>end'], { call: turnstile.node(path) }, { settings: options.settings }),
  )
  await limitTeam(principal.team.id, options.team ?? 20)
  const begin = async () => (await startRun({ principal, workflowId, trigger: 'api' })).runId
  return {
    principal,
    workflowId,
    begin,
    many: (count: number) => Promise.all(Array.from({ length: count }, begin)),
  }
}

async function makeApproval(path: string, team: number) {
  const { principal, workflowId } = await makePublished(
    draw(['start>approval', 'approval:approved>call', 'call>end'], { call: turnstile.node(path) }),
  )
  await limitTeam(principal.team.id, team)
  const { runId } = await startRun({ principal, workflowId, trigger: 'api' })
  await waitForRun(runId, atRest)
  return {
    principal,
    runId,
    begin: async () => (await startRun({ principal, workflowId, trigger: 'api' })).runId,
    approve: () => decideApproval({ principal, runId, nodeId: 'approval', decision: 'approved' }),
  }
}

async function rowOf(runId: string) {
  const { rows } = await pool().query<{ status: string; isQueued: boolean; isHeld: boolean }>(
    `SELECT status, queued_at IS NOT NULL AS "isQueued", lease_owner IS NOT NULL AS "isHeld" FROM runs WHERE id = $1`,
    [runId],
  )
  return rows[0]
}

const allEnded = async (runIds: string[]) => {
  for (const runId of runIds) expect(await waitForRun(runId, ended, 30_000)).toBe('completed')
}
const queued = { status: 'not_started', isQueued: true, isHeld: false }

describe('never more at once than the limit', () => {
  test('of the team, with two workers and sixty runs', async () => {
    await spawnWorker()
    await startHere()
    const { many } = await makeCaller('/team', { team: 4 })
    const runIds = await many(60)
    await turnstile.untilArrived(4)
    turnstile.open(5)
    await allEnded(runIds)
    expect(turnstile.arrived().length).toBe(60)
    expect(turnstile.most()).toBe(4)
  })

  test('of the workflow, with two workers and sixty runs', async () => {
    await spawnWorker()
    await startHere()
    const { many } = await makeCaller('/workflow', { settings: { maxConcurrentRuns: 3 } })
    const runIds = await many(60)
    await turnstile.untilArrived(3)
    turnstile.open(5)
    await allEnded(runIds)
    expect(turnstile.arrived().length).toBe(60)
    expect(turnstile.most()).toBe(3)
  })
})

describe('over the limit', () => {
  test('a run is queued until a slot is free', async () => {
    await startHere()
    const { begin } = await makeCaller('/queue', { settings: { maxConcurrentRuns: 1 } })
    const first = await begin()
    const second = await begin()
    expect(await rowOf(second)).toEqual(queued)
    await turnstile.untilArrived(1)
    turnstile.letOut(1)
    await turnstile.untilArrived(2)
    turnstile.letOut(1)
    await allEnded([first, second])
  })

  test('queued runs begin in the order in which they came', async () => {
    await startHere()
    const { principal, workflowId } = await makePublished(
      draw(
        ['start>call', 'call>end'],
        { call: { type: 'http', config: { ...turnstile.node('').config, url: `{{ inputs.url }}` } } },
        { inputs: { type: 'object', properties: { url: { type: 'string' } } } },
      ),
    )
    await limitTeam(principal.team.id, 1)
    const base = String(turnstile.node('').config.url)
    const runIds: string[] = []
    for (let turn = 0; turn < 6; turn++) {
      const { runId } = await startRun({ principal, workflowId, trigger: 'api', input: { url: `${base}/${turn}` } })
      runIds.push(runId)
    }
    turnstile.open()
    await allEnded(runIds)
    expect(turnstile.arrived()).toEqual(['/0', '/1', '/2', '/3', '/4', '/5'])
  })

  test.each(['workflow', 'team'] as const)('a run is refused by the %s, and nothing is stored', async (level) => {
    await startHere()
    const settings = { onLimit: 'reject' as const, ...(level === 'workflow' ? { maxConcurrentRuns: 1 } : {}) }
    const { begin, workflowId } = await makeCaller('/reject', { team: level === 'team' ? 1 : 20, settings })
    const first = await begin()
    await expect(begin()).rejects.toMatchObject({
      code: 'concurrency_limit',
      status: 429,
      extra: { level },
      retryAfterSeconds: 1,
    })
    const { rowCount } = await pool().query('SELECT FROM runs WHERE workflow_id = $1', [workflowId])
    expect(rowCount).toBe(1)
    turnstile.open()
    await allEnded([first])
    await allEnded([await begin()])
  })

  test('a worker does not refuse for slots that lie idle in another process', async () => {
    const { begin, principal } = await makeCaller('/idle', { settings: { maxConcurrentRuns: 2, onLimit: 'reject' } })
    turnstile.open()
    await spawnWorker()
    await allEnded([await begin()]) // queued, as this process has no worker yet: the other one keeps the slots for a while
    const { rowCount } = await pool().query(`SELECT FROM worker_slots WHERE scope_id = $1 AND granted > 0`, [
      principal.team.id,
    ])
    expect(rowCount).toBe(1)
    await startHere()
    await allEnded([await begin()])
  })

  test('a run that was queued can be stopped at once: ending it takes no slot', async () => {
    await startHere()
    const { begin, principal } = await makeCaller('/stop', { team: 1 })
    const first = await begin()
    const second = await begin()
    await turnstile.untilArrived(1)
    await commandRun({ principal, runId: second, command: 'stop' })
    expect(await waitForRun(second, ended)).toBe('cancelled')
    expect(turnstile.inside()).toBe(1)
    turnstile.open()
    await allEnded([first])
    expect(turnstile.arrived().length).toBe(1)
  })
})

describe('a run that waits', () => {
  test('holds no slot', async () => {
    await startHere()
    const waiting = await makeApproval('/never', 1)
    const other = await waiting.begin()
    expect(await waitForRun(other, atRest)).toBe('waiting_for_approval')
    expect(turnstile.arrived()).toEqual([])
  })

  test('takes a slot again when it goes on, and waits its turn for it', async () => {
    await startHere()
    const first = await makeApproval('/resumed', 1)
    const other = await first.begin()
    await waitForRun(other, atRest)
    await first.approve()
    await turnstile.untilArrived(1)
    const decided = await decideApproval({
      principal: first.principal,
      runId: other,
      nodeId: 'approval',
      decision: 'approved',
    })
    expect(decided.decision).toBe('approved')
    expect(await rowOf(other)).toEqual({ status: 'waiting_for_approval', isQueued: true, isHeld: false })
    expect(turnstile.inside()).toBe(1)
    turnstile.letOut(1)
    await turnstile.untilArrived(2)
    turnstile.letOut(1)
    await allEnded([first.runId, other])
  })

  test('for its sub-workflow lets that have the slot', async () => {
    await startHere()
    turnstile.open()
    const child = await makeCaller('/child', { team: 1 })
    const { team, userId } = child.principal
    const { rows } = await pool().query<{ id: string }>('SELECT id FROM projects WHERE team_id = $1', [team.id])
    const definition = draw(['start>sub', 'sub>end'], {
      sub: { type: 'workflow', config: { workflowId: child.workflowId, input: {} } },
    })
    const { id } = await createWorkflow({
      teamId: team.id,
      projectId: rows[0]?.id ?? '',
      name: 'Parent',
      description: '',
      tags: [],
      definition,
      createdBy: userId,
    })
    await publishVersion({ teamId: team.id, workflowId: id, publishedBy: userId ?? '' })
    const { runId } = await startRun({ principal: child.principal, workflowId: id, trigger: 'api' })
    await allEnded([runId])
    expect(turnstile.arrived()).toEqual(['/child'])
  })
})

describe('F-04: workers that are killed', () => {
  test('hold no slot after their lease: what they ran and what was queued goes on elsewhere', async () => {
    const dead = await spawnWorker()
    const { many, begin } = await makeCaller('/dead', { team: 3 })
    const runIds = await many(3)
    await turnstile.untilArrived(3)
    runIds.push(await begin())
    dead.signal('SIGKILL')
    await dead.ended
    turnstile.clear()
    await startHere()
    await turnstile.untilArrived(3)
    expect(turnstile.inside()).toBe(3)
    turnstile.open()
    await allEnded(runIds)
    expect(turnstile.most()).toBe(3)
  })
})

describe('the limit of a team is changed while runs go on', () => {
  test('more begin when it is raised', async () => {
    await startHere()
    const { many, principal } = await makeCaller('/raise', { team: 1 })
    const runIds = await many(3)
    await turnstile.untilArrived(1)
    await limitTeam(principal.team.id, 3)
    await turnstile.untilArrived(3)
    turnstile.open()
    await allEnded(runIds)
  })

  test('no new one begins before fewer go on than it allows now', async () => {
    await startHere()
    const { many, principal } = await makeCaller('/lower', { team: 3 })
    const runIds = await many(5)
    await turnstile.untilArrived(3)
    await limitTeam(principal.team.id, 1)
    await expect
      .poll(async () => {
        const { rows } = await pool().query<{ sum: number }>(
          'SELECT sum(granted)::int AS sum FROM worker_slots WHERE scope_id = $1',
          [principal.team.id],
        )
        turnstile.letOut(rows[0]?.sum === 3 ? 1 : 0)
        return turnstile.inside()
      })
      .toBeLessThan(3)
    turnstile.open()
    await allEnded(runIds)
  })
})

describe('the queue', () => {
  /** Queues runs as other processes would, all at once and telling nobody. */
  async function plant(workflowId: string, count: number): Promise<void> {
    await pool().query(
      `WITH made AS (
         INSERT INTO runs (id, team_id, workflow_id, version_id, definition_id, status, trigger, input, variables, last_seq, queued_at)
         SELECT gen_random_uuid(), w.team_id, w.id, v.id, v.definition_id, 'not_started', 'api', '{}',
           '{"dynamic":{},"runtime":{},"miscellaneous":{},"parameters":{}}', 1, clock_timestamp()
         FROM workflows w JOIN workflow_versions v ON v.id = w.active_version_id, generate_series(1, $2) WHERE w.id = $1
         RETURNING id, team_id)
       INSERT INTO run_events (run_id, seq, team_id, type, data, at)
       SELECT id, 1, team_id, 'run_started', '{"actor":{"kind":"system","name":"test"},"trigger":"api","version_number":0}', now() FROM made`,
      [workflowId, count],
    )
  }

  test('F-3C: ten thousand runs of one team delay the first of another by no more than one place', async () => {
    const many = await makeCaller('/many', { team: 1_000 })
    const few = await makeCaller('/few')
    await plant(many.workflowId, 10_000)
    await startHere(3)
    await turnstile.untilArrived(3)
    await few.begin() // stored as queued: the process is full
    turnstile.letOut(1)
    await turnstile.untilArrived(4)
    expect(turnstile.arrived()).toEqual(['/many', '/many', '/many', '/few'])
    await worker?.stop(0)
    await pool().query('DELETE FROM runs WHERE workflow_id = $1', [many.workflowId])
  })

  test('a wake-up that was lost is made good by the sweep', async () => {
    turnstile.open()
    const { workflowId } = await makeCaller('/forgotten')
    await startHere()
    await plant(workflowId, 2)
    await turnstile.untilArrived(2)
  })

  test('a run that is stopped by a process without a worker is the next to be looked at', async () => {
    const { principal, many, begin } = await makeCaller('/front', { team: 1 })
    await many(3)
    const last = await begin()
    await commandRun({ principal, runId: last, command: 'stop' })
    await startHere()
    expect(await waitForRun(last, ended)).toBe('cancelled')
    expect(turnstile.arrived('/front').length).toBeLessThanOrEqual(1)
  })

  test('many runs are one job', async () => {
    const { many, principal } = await makeCaller('/job')
    await many(50)
    const { rows } = await pool().query<{ count: number }>(
      `SELECT count(*)::int AS count FROM graphile_worker._private_jobs WHERE payload ->> 'team_id' = $1`,
      [principal.team.id],
    )
    expect(rows[0]?.count).toBe(1)
  })

  test('a run that waits in the queue has its place in no list twice', async () => {
    const { many, workflowId } = await makeCaller('/twice', { team: 2 })
    await many(20)
    turnstile.open()
    await Promise.all([spawnWorker(), spawnWorker(), startHere()])
    await turnstile.untilArrived(20, '/twice')
    const { rows } = await pool().query<{ id: string }>('SELECT id FROM runs WHERE workflow_id = $1', [workflowId])
    await allEnded(rows.map(({ id }) => id))
    expect(turnstile.arrived('/twice').length).toBe(20)
  })
})

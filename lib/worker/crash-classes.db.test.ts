import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Principal } from '../auth/principal'
import { closeDatabase } from '../db/client'
import { createWorkflow, firstProject, publishVersion } from '../db/workflows'
import { isTerminal, type RunStatus } from '../engine/events'
import { CRASH_POINTS, type CrashPoint } from '../faults'
import { killWorkers, spawnWorker, type WorkerChild } from '../testing/children'
import { type CrashClass, childDefinition, crashClasses, onceOnly } from '../testing/crash-classes'
import { testDatabase } from '../testing/database'
import { type EffectSink, openEffectSink } from '../testing/effect-sink'
import { findViolations } from '../testing/invariants'
import { makePublished } from '../testing/runs'
import { startRun } from '../usecases/start-run'
import type { WorkflowDefinition } from '../workflow/document'

/**
 * F-02 as a table: every class of nodes times every point that a process passes which advances it. Each case has a database
 * of its own, a copy of one in which a run of each class is queued; the process that takes it dies at the point, and
 * another goes on. Judged by the sink, the log and the invariants of all stored data.
 */

const AT_ONCE = 3
/** Longer than a busy machine lets a process wait. A start on the same machine sees that the other is gone. */
const WORKER_LEASE_MS = '10000'
const PATIENCE_MS = 60_000
/** For a class on a busy machine; on an idle one a class takes a few seconds. */
const CLASS_PATIENCE_MS = 300_000
/** After these an effect was called and its end was not stored: it may be called again, under the same key. */
const MAY_REPEAT = new Set<CrashPoint>(['step.mid_effect', 'step.before_complete_commit', 'fanout.after_k_of_n'])

let sink: EffectSink
let template: string
let principal: Principal
const classes = crashClasses('')
const runs: Record<string, string> = {}

beforeAll(async () => {
  sink = await openEffectSink()
  template = (await testDatabase()).name
  const child = await makePublished(childDefinition())
  principal = child.principal
  runs.once = await queue(onceOnly())
  for (const [name, { definition }] of Object.entries(crashClasses(child.workflowId))) {
    runs[name] = await queue(definition)
  }
})
afterAll(async () => {
  await killWorkers()
  await sink.close()
})

/** No worker runs here: it stays in the queue. */
async function queue(definition: WorkflowDefinition): Promise<string> {
  const { team, userId: createdBy } = principal
  const projectId = await firstProject(team.id)
  const workflow = { teamId: team.id, projectId, name: 'Class', description: '', tags: [], definition, createdBy }
  const { id } = await createWorkflow(workflow)
  await publishVersion({ teamId: team.id, workflowId: id, publishedBy: createdBy })
  return (await startRun({ principal, workflowId: id, trigger: 'api' })).runId
}

interface Case {
  runId: string
  url: string
  /** What the sink notes of this case begins so. */
  prefix: string
  client: pg.Client
}

async function open(runId: string): Promise<Case> {
  const name = `case_${randomBytes(8).toString('hex')}`
  const url = new URL(inject('templateUrl'))
  url.pathname = '/postgres'
  const admin = new pg.Client({ connectionString: url.href })
  await admin.connect()
  await admin.query(`create database ${name} template ${template}`)
  await admin.end()
  url.pathname = `/${name}`
  const client = new pg.Client({ connectionString: url.href })
  client.on('error', () => undefined)
  await client.connect()
  const prefix = `/${name}/`
  await client.query('DELETE FROM runs WHERE id <> $1', [runId])
  await client.query('UPDATE runs SET input = $1', [JSON.stringify({ sink: `${sink.url}/${name}` })])
  return { runId, url: url.href, prefix, client }
}

const statusOf = async ({ client, runId }: Case) =>
  (await client.query<{ status: RunStatus }>('SELECT status FROM runs WHERE id = $1', [runId])).rows[0]?.status ??
  'failed'

const summaryOf = async ({ client }: Case) =>
  (await client.query<{ summary: string }>(`SELECT string_agg(error_summary, '; ') AS summary FROM runs`)).rows[0]
    ?.summary

type Answering = (
  child: WorkerChild,
  wait: { id: string; runId: string; nodeId: string; path: string[]; kind: string },
) => void

const answer: Answering = (child, { runId, nodeId, path, kind }) => {
  if (kind === 'approval') child.order({ do: 'approve', principal, runId, nodeId, path })
  if (kind === 'input') child.order({ do: 'answer', principal, runId, nodeId, data: {} })
  if (kind === 'callback') child.order({ do: 'call back', runId, nodeId, path, data: {} })
}
const stop: Answering = (child, { runId }) => child.order({ do: 'stop', principal, runId })

/** Lets a process die at `point` and another go on, until the run has ended. */
async function dieAt(point: CrashPoint, runId: string, whenItRests: Answering): Promise<Case & { end: RunStatus }> {
  const its = await open(runId)
  const first = await spawnWorker({ DATABASE_URL: its.url, ENGINE_CRASH_AT: point, WORKER_LEASE_MS })
  let active = first
  void first.ended.then(async () => {
    active = await spawnWorker({ DATABASE_URL: its.url, WORKER_LEASE_MS })
  })
  const asked = new Map<string, WorkerChild>()
  const deadline = Date.now() + PATIENCE_MS
  let end: RunStatus
  for (;;) {
    end = await statusOf(its)
    if (isTerminal(end)) break
    if (Date.now() > deadline) throw new Error(`the run is ${end} after ${PATIENCE_MS} ms`)
    const { rows } = await its.client.query(
      `SELECT id, run_id AS "runId", node_id AS "nodeId", path, kind FROM waits
       WHERE state = 'open' AND (kind IN ('approval', 'input', 'callback') OR $1)`,
      [whenItRests === stop],
    )
    for (const wait of rows) {
      if (asked.get(wait.id) === active) continue
      asked.set(wait.id, active)
      whenItRests(active, wait)
    }
    await new Promise((resolve) => setTimeout(resolve, 15))
  }
  const died = await Promise.race([first.ended, new Promise((resolve) => setTimeout(resolve, 3_000, 'alive'))])
  if (died !== 'SIGKILL') first.signal('SIGKILL')
  await first.ended
  while (active === first) await new Promise((resolve) => setTimeout(resolve, 5))
  active.signal('SIGKILL')
  if (died !== 'SIGKILL')
    throw new Error(`the process did not pass it; the run is ${end}: ${await summaryOf(its)}\n${first.output()}`)
  return { ...its, end }
}

/** What is wrong after all, in words; nothing when all is right. */
async function judge(point: CrashPoint, its: Case, effects: Record<string, number>): Promise<string[]> {
  const wrong: string[] = []
  const calls = sink.calls.filter((call) => call.path.startsWith(its.prefix))
  for (const path of new Set([...Object.keys(effects), ...calls.map((call) => call.path.slice(its.prefix.length))])) {
    const keys = calls.filter((call) => call.path === its.prefix + path).map((call) => call.key)
    const distinct = new Set(keys).size
    if (distinct !== (effects[path] ?? 0)) wrong.push(`${path} was called under ${distinct} keys`)
    const most = Math.max(0, ...[...new Set(keys)].map((key) => keys.filter((each) => each === key).length))
    if (most > (MAY_REPEAT.has(point) ? 2 : 1)) wrong.push(`${path} was called ${most} times under one key`)
  }
  for (const violation of await findViolations(its.client)) wrong.push(`broken: ${violation.invariant}`)
  await its.client.end()
  return wrong
}

/** Every point in turn, a few at once; by point, what is wrong. */
async function table(
  points: readonly CrashPoint[],
  judgeOne: (point: CrashPoint) => Promise<string[]>,
): Promise<Record<string, string[]>> {
  await closeDatabase() // a database that somebody is connected to cannot be copied
  const wrong: Record<string, string[]> = {}
  const left = [...points]
  const work = async () => {
    for (let point = left.shift(); point; point = left.shift()) {
      const found = await judgeOne(point).catch((error: Error) => [error.message])
      if (found.length > 0) wrong[point] = found
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return wrong
}

const named = Object.entries(classes)

describe('F-02: killed at any point, another process finishes the run', () => {
  test.each(named)(
    '%s',
    async (name, { points, effects }: CrashClass) => {
      const wrong = await table(points, async (point) => {
        const its = await dieAt(point, runs[name] ?? '', answer)
        const found = await judge(point, its, effects)
        return its.end === 'completed' ? found : [`it is ${its.end}`, ...found]
      })
      expect(wrong).toEqual({})
    },
    CLASS_PATIENCE_MS,
  )

  test.each(named.filter(([, { restsAfter }]) => restsAfter))(
    '%s, stopped',
    async (name, { restsAfter }: CrashClass) => {
      const wrong = await table(['cancel.before_commit'], async (point) => {
        const its = await dieAt(point, runs[name] ?? '', stop)
        const found = await judge(point, its, restsAfter ?? {})
        return its.end === 'cancelled' ? found : [`it is ${its.end}`, ...found]
      })
      expect(wrong).toEqual({})
    },
  )

  test(
    'an effect that must not be repeated is not, and its run says so',
    async () => {
      const points: CrashPoint[] = ['step.after_start_event', 'step.mid_effect', 'step.before_complete_commit']
      const wrong = await table(points, async (point) => {
        const its = await dieAt(point, runs.once ?? '', answer)
        const summary = await summaryOf(its)
        const found = await judge('claim.before_commit', its, point === 'step.after_start_event' ? {} : { a: 1 })
        const says = String(summary).includes('may not be repeated')
        return its.end === 'failed' && says ? found : [`it is ${its.end}: ${summary}`, ...found]
      })
      expect(wrong).toEqual({})
    },
    CLASS_PATIENCE_MS,
  )

  test('every named point is in the table', () => {
    // A stop dies in the races, an evaluation, which begins after its run has ended, in evaluation.db.test.ts.
    const elsewhere = ['cancel.before_commit', 'evaluation.before_commit', 'evaluation.after_commit']
    const points = new Set<string>([...elsewhere, ...named.flatMap(([, each]) => each.points)])
    expect([...points].sort()).toEqual([...CRASH_POINTS].sort())
  })
})

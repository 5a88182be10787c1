import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pool } from '../db/client'
import { publishVersion } from '../db/workflows'
import { newId } from '../ids'
import { draw } from '../testing/definition'
import { openEffectSink } from '../testing/effect-sink'
import { makePublished } from '../testing/runs'
import { awaitRun } from '../usecases/await-run'
import { getRun } from '../usecases/get-run'
import { startRun } from '../usecases/start-run'
import { startWorker } from './main'

/** A run that is made by its first checkpoint: see decision "a run is made by its first checkpoint". */

let worker: Awaited<ReturnType<typeof startWorker>>
beforeAll(async () => {
  process.env.EGRESS_ALLOW = '127.0.0.1'
  worker = await startWorker({})
})
afterAll(() => worker.stop(2_000))

const pure = () => makePublished(draw(['start>transform', 'transform>end'], {}))

async function count(table: 'runs' | 'run_events' | 'node_runs', column: string, value: string): Promise<number> {
  const { rows } = await pool().query(`SELECT count(*)::int AS count FROM ${table} WHERE ${column} = $1`, [value])
  return rows[0].count
}

describe('a run that begins here', () => {
  test('is stored by one commit when nothing in it touches the world', async () => {
    const { principal, workflowId } = await pure()
    await startRun({ principal, workflowId, trigger: 'api' }) // what is slow the first time may take its own commit
    const { runId } = await startRun({ principal, workflowId, trigger: 'api' })
    const { rows } = await pool().query(
      `SELECT count(*)::int AS rows, count(DISTINCT xmin::text)::int AS commits FROM (
         SELECT xmin FROM runs WHERE id = $1 UNION ALL SELECT xmin FROM run_events WHERE run_id = $1
         UNION ALL SELECT xmin FROM node_runs WHERE run_id = $1) AS written`,
      [runId],
    )
    expect(rows[0]).toEqual({ rows: 9, commits: 1 })
  })

  test('is answered as reading it answers', async () => {
    const { principal, workflowId } = await pure()
    const { runId, rest } = await startRun({ principal, workflowId, trigger: 'api', dynamicVariables: { a: 1 } })
    await awaitRun({ runId, timeoutMs: 5_000, rest })
    const [handed, read] = [await getRun({ principal, runId }), await getRun({ principal, runId })]
    expect(handed.status).toBe('completed')
    expect(handed).toEqual(read)
  })

  test('is durable before its first effect begins', async () => {
    const seen: string[] = []
    const sink = await openEffectSink(async () => {
      const { rows } = await pool().query(
        `SELECT r.status || ' ' || e.type AS seen FROM runs r JOIN run_events e ON e.run_id = r.id AND e.seq = r.last_seq`,
      )
      seen.push(...rows.map((row) => row.seen).filter((each) => each.endsWith('node_started')))
    })
    const { principal, workflowId } = await makePublished(
      draw(['start>http', 'http>end'], { http: { config: { method: 'POST', url: `${sink.url}/x`, body: {} } } }),
    )
    const { runId, rest } = await startRun({ principal, workflowId, trigger: 'api' })
    await awaitRun({ runId, timeoutMs: 5_000, rest })
    await sink.close()
    expect(seen).toEqual(['running node_started'])
  })

  test('takes the new version when the one it was looked up with is no longer active', async () => {
    const { principal, workflowId } = await pure()
    await startRun({ principal, workflowId, trigger: 'api' })
    await pool().query(`UPDATE workflows SET draft = $2, draft_revision = draft_revision + 1 WHERE id = $1`, [
      workflowId,
      JSON.stringify(draw(['start>end'], {})),
    ])
    await publishVersion({ teamId: principal.team.id, workflowId, publishedBy: principal.userId })
    const { runId } = await startRun({ principal, workflowId, trigger: 'api' })
    const { rows } = await pool().query(
      `SELECT v.number FROM runs r JOIN workflow_versions v ON v.id = r.version_id WHERE r.id = $1`,
      [runId],
    )
    expect(rows[0].number).toBe(1)
  })

  test('under a given id is one run, however often and at once it is started', async () => {
    const { principal, workflowId } = await pure()
    const runId = newId()
    const start = () => startRun({ principal, workflowId, trigger: 'api', runId })
    const answers = await Promise.all([start(), start(), start()])
    answers.push(await start())
    expect(answers.map((answer) => answer.runId)).toEqual(Array(4).fill(runId))
    expect(await count('runs', 'workflow_id', workflowId)).toBe(1)
    expect(await count('run_events', 'run_id', runId)).toBe(5)
  })

  test('that cannot be stored is refused to its caller and leaves nothing', async () => {
    const { principal, workflowId } = await pure()
    const runId = newId()
    await pool().query(
      `CREATE FUNCTION refuse_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'disk full'; END $$;
       CREATE TRIGGER refuse_nodes BEFORE INSERT ON node_runs FOR EACH ROW WHEN (NEW.run_id = '${runId}') EXECUTE FUNCTION refuse_row()`,
    )
    await expect(startRun({ principal, workflowId, trigger: 'api', runId })).rejects.toThrow('disk full')
    await pool().query('DROP TRIGGER refuse_nodes ON node_runs')
    expect(await count('runs', 'id', runId)).toBe(0)
    expect(await count('run_events', 'run_id', runId)).toBe(0)
    expect((await startRun({ principal, workflowId, trigger: 'api', runId })).runId).toBe(runId)
  })
})

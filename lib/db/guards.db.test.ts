import type pg from 'pg'
import { beforeEach, describe, expect, test } from 'vitest'
import { newId } from '../ids'
import { makePublished } from '../testing/runs'
import { definitionSchema } from '../workflow/document'
import { pool } from './client'

/** What the database itself refuses, whoever writes. Each test is one transaction that is rolled back. */
let workflowId: string
beforeEach(async () => {
  const nodes = [{ id: 'start', type: 'start', name: 'Start' }]
  workflowId = (await makePublished(definitionSchema.parse({ nodes }))).workflowId
})

async function refusal(...statements: [string, unknown[]][]): Promise<pg.DatabaseError | undefined> {
  const client = await pool().connect()
  try {
    await client.query('begin')
    for (const [text, values] of statements) await client.query(text, values)
    return undefined
  } catch (error) {
    return error as pg.DatabaseError
  } finally {
    await client.query('rollback')
    client.release()
  }
}

const insertRun = (id: string, status: string): [string, unknown[]] => [
  `insert into runs (id, team_id, workflow_id, version_id, definition_id, status, trigger, input, variables)
   select $1, w.team_id, w.id, v.id, v.definition_id, $2::run_status, 'api', '{}', '{}'
     from workflows w join workflow_versions v on v.id = w.active_version_id where w.id = $3`,
  [id, status, workflowId],
]
const setStatus = (id: string, status: string): [string, unknown[]] => [
  'update runs set status = $2::run_status where id = $1',
  [id, status],
]
const insertEvent = (id: string, seq: number, type: string): [string, unknown[]] => [
  `insert into run_events (run_id, seq, team_id, type, data, at) select id, $2, team_id, $3, '{}', now() from runs where id = $1`,
  [id, seq, type],
]

describe('a run', () => {
  test.each(['completed', 'failed', 'cancelled', 'aborted_looping_risk', 'skipped', 'timed_out'])(
    'that ended as %s stays so, whatever else is written',
    async (status) => {
      const id = newId()
      expect(await refusal(insertRun(id, status), setStatus(id, 'running'))).toMatchObject({
        constraint: 'runs_status_after_end',
      })
      expect(await refusal(insertRun(id, status), setStatus(id, status))).toBeUndefined()
    },
  )

  test('that goes on may change its status', async () => {
    const id = newId()
    expect(await refusal(insertRun(id, 'running'), setStatus(id, 'paused'), setStatus(id, 'completed'))).toBeUndefined()
  })
})

describe('the log of a run', () => {
  test('has one end', async () => {
    const id = newId()
    const twice = [insertEvent(id, 1, 'run_completed'), insertEvent(id, 2, 'run_cancelled')]
    expect(await refusal(insertRun(id, 'running'), ...twice)).toMatchObject({ constraint: 'run_events_one_end_idx' })
  })

  test('takes each number once, which is the fence against a stale owner', async () => {
    const id = newId()
    const twice = [insertEvent(id, 1, 'run_started'), insertEvent(id, 1, 'run_paused')]
    expect(await refusal(insertRun(id, 'running'), ...twice)).toMatchObject({ constraint: 'run_events_pkey' })
  })

  test('is never rewritten', async () => {
    const id = newId()
    const rewrite: [string, unknown[]] = [`update run_events set type = 'run_paused' where run_id = $1`, [id]]
    expect(await refusal(insertRun(id, 'running'), insertEvent(id, 1, 'run_started'), rewrite)).toMatchObject({
      constraint: 'run_events_immutable',
    })
  })
})

describe('deleting', () => {
  const hangsOnRuns = ['run_events', 'node_runs', 'waits', 'run_commands', 'blobs']
  const rows = (id: string): [string, unknown[]][] => [
    insertEvent(id, 1, 'run_started'),
    [
      `insert into node_runs (run_id, node_key, team_id, node_id, status) select id, 'a', team_id, 'a', 'running' from runs where id = $1`,
      [id],
    ],
    [
      `insert into waits (id, run_id, team_id, workflow_id, node_key, node_id, kind, request)
       select id, id, team_id, workflow_id, 'a', 'a', 'approval', '{}' from runs where id = $1`,
      [id],
    ],
    [
      `insert into run_commands (run_id, seq, team_id, kind, data) select id, 1, team_id, 'stop', '{}' from runs where id = $1`,
      [id],
    ],
    [
      `insert into blobs (id, team_id, run_id, bytes, body) select id, team_id, id, 0, '' from runs where id = $1`,
      [id],
    ],
  ]
  const nothingLeft = (id: string): [string, unknown[]][] =>
    hangsOnRuns.map((table) => [`select 1 / (count(*) = 0)::int from ${table} where run_id = $1`, [id]])

  test.each([
    ['a run', 'delete from runs where id = $1'],
    ['a workflow', 'delete from workflows where id = (select workflow_id from runs where id = $1)'],
    ['a team', 'delete from teams where id = (select team_id from runs where id = $1)'],
  ])('%s takes along everything that hangs on its runs', async (_what, deletion) => {
    const id = newId()
    expect(await refusal(insertRun(id, 'running'), ...rows(id), [deletion, [id]], ...nothingLeft(id))).toBeUndefined()
  })

  test('a definition that a run is pinned to is refused', async () => {
    const id = newId()
    const deletion: [string, unknown[]] = [
      'delete from definitions where id = (select definition_id from runs where id = $1)',
      [id],
    ]
    expect(await refusal(insertRun(id, 'running'), deletion)).toMatchObject({ constraint: 'definitions_in_use' })
  })
})

describe('what was published', () => {
  test.each([
    ['workflow_versions', `update workflow_versions set note = 'other' where workflow_id = $1`],
    [
      'definitions',
      `update definitions set body = '{}' where id in (select definition_id from workflow_versions where workflow_id = $1)`,
    ],
  ])('a row of %s never changes', async (table, update) => {
    expect(await refusal([update, [workflowId]])).toMatchObject({ constraint: `${table}_immutable` })
  })
})

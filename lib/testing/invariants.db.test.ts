import { describe, expect, test } from 'vitest'
import { pool } from '../db/client'
import { newId } from '../ids'
import { definitionSchema } from '../workflow/document'
import { findViolations, invariants } from './invariants'
import { makePublished } from './runs'

/** Plants rows in a transaction that is rolled back, and says which invariants notice. */
async function noticed(...statements: string[]): Promise<string[]> {
  const nodes = [{ id: 'start', type: 'start', name: 'Start' }]
  const { workflowId } = await makePublished(definitionSchema.parse({ nodes }))
  const client = await pool().connect()
  try {
    await client.query('begin')
    await client.query(
      `insert into runs (id, team_id, workflow_id, version_id, definition_id, status, trigger, input, variables, last_seq)
       select $1, w.team_id, w.id, v.id, v.definition_id, 'paused', 'api', '{}', '{}', 1
         from workflows w join workflow_versions v on v.id = w.active_version_id where w.id = $2`,
      [newId(), workflowId],
    )
    for (const statement of [event(1, 'run_started'), ...statements]) await client.query(statement)
    return [...new Set((await findViolations(client)).map(({ invariant }) => invariant))]
  } finally {
    await client.query('rollback')
    client.release()
  }
}

function event(seq: number, type: string, data = '{}'): string {
  return `insert into run_events (run_id, seq, team_id, type, data, at) select id, ${seq}, team_id, '${type}', '${data}', now() from runs`
}

describe('the invariants of the stored data', () => {
  test('every query runs against the migrated schema, and sound rows break none', async () => {
    expect(invariants().length).toBeGreaterThan(20)
    expect(await noticed()).toEqual([])
  })

  test.each([
    ['a gap in the log', [event(3, 'run_paused'), 'update runs set last_seq = 3'], 'numbered 1, 2, 3'],
    ['a log that is ahead of its run', [event(2, 'run_paused')], 'a run knows its last event'],
    [
      'an end that the run does not know',
      [event(2, 'run_completed'), 'update runs set last_seq = 2'],
      'exactly one end',
    ],
    [
      'an event after the end',
      [
        event(2, 'run_completed'),
        event(3, 'run_paused'),
        `update runs set last_seq = 3, status = 'completed', ended_at = now()`,
      ],
      'nothing follows the end',
    ],
    [
      'another end than the log says',
      [event(2, 'run_failed'), `update runs set last_seq = 2, status = 'completed', ended_at = now()`],
      'ended as its log says',
    ],
    [
      'a row of a run that is not there',
      [
        `insert into node_runs (run_id, node_key, team_id, node_id, status) select gen_random_uuid(), 'a', team_id, 'a', 'running' from runs`,
      ],
      'what a run and its rows name is there',
    ],
    ['a run that nothing will wake', [`update runs set status = 'running'`], 'something that will wake it'],
    [
      'a node that succeeded twice',
      [2, 3]
        .map((seq) => event(seq, 'node_succeeded', '{"node_id":"a","path":[]}'))
        .concat('update runs set last_seq = 3'),
      'succeeds once',
    ],
    [
      'a row of another team',
      [
        `insert into run_commands (run_id, seq, team_id, kind, data) select id, 1, gen_random_uuid(), 'pause', '{}' from runs`,
      ],
      'the team of a row',
    ],
  ])('notice %s', async (_what, statements, title) => {
    expect(await noticed(...statements)).toContainEqual(expect.stringContaining(title))
  })
})

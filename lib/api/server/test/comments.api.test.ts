import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pool } from '../../../db/client'
import { newId, toObjectId } from '../../../ids'
import { keyWith, makeTenant, openApi, type TestApi } from '../../../testing/api'
import { draw } from '../../../testing/definition'
import { makePerson, makeSession, type TestPerson } from '../../../testing/people'
import { startWorker } from '../../../worker/main'

/** Comments and ratings of runs, by route and status. */

let api: TestApi
let worker: Awaited<ReturnType<typeof startWorker>>
let tenant: Awaited<ReturnType<typeof makeTenant>>
let runId: string

beforeAll(async () => {
  api = await openApi()
  worker = await startWorker()
  tenant = await makeTenant()
  runId = await aRun()
})
afterAll(async () => {
  await api.close()
  await worker.stop(1_000)
})

const ask = (method: string, path: string, json?: unknown, key = tenant.key, headers?: Record<string, string>) =>
  api.ask(method, `/v1${path}`, { key, json, headers })

async function aRun(key = tenant.key): Promise<string> {
  const workflow = (await ask('POST', '/workflows', { name: 'W', definition: draw(['start>end']) }, key)).body
  await ask('POST', `/workflows/${workflow.id}/publish`, undefined, key)
  const { body } = await ask('POST', `/workflows/${workflow.id}/runs`, { wait: 20 }, key)
  expect(body.status).toBe('completed')
  return body.id
}

/** Calls as a person in a browser. */
async function browser(person: TestPerson) {
  const { cookie } = await makeSession(person)
  const headers = { cookie, origin: api.url, 'sec-fetch-site': 'same-origin' }
  return (method: string, path: string, json?: unknown) => api.ask(method, `/v1${path}`, { json, headers })
}

describe('201: a comment', () => {
  it('says who wrote it, where it points, and is found where it says', async () => {
    const made = await ask('POST', `/runs/${toObjectId(runId)}/comments`, { body: '  Too short. ', turn: 1 })
    expect([made.status, made.body]).toEqual([
      201,
      {
        id: expect.any(String),
        run_id: runId,
        author: { kind: 'api_key', id: expect.any(String), name: expect.stringMatching(/^key "/) },
        is_own: true,
        body: 'Too short.',
        turn: 1,
        event_seq: null,
        node_key: null,
        created_at: expect.any(String),
        edited_at: null,
      },
    ])
    expect((await ask('POST', `/runs/${runId}/comments`, { body: 'x', event_seq: 2 })).body.event_seq).toBe(2)
    expect((await ask('POST', `/runs/${runId}/comments`, { body: 'x', node_key: 'end' })).body.node_key).toBe('end')
    const { items } = (await ask('GET', `/runs/${runId}/comments`)).body
    expect(items[0]).toEqual(made.body)
  })

  it('is made once for one idempotency key', async () => {
    const run = await aRun()
    const once = () => ask('POST', `/runs/${run}/comments`, { body: 'Once' }, tenant.key, { 'idempotency-key': 'c1' })
    const [first, second] = [await once(), await once()]
    expect(second.body).toEqual(first.body)
    expect((await ask('GET', `/runs/${run}/comments`)).body.items).toHaveLength(1)
  })

  it('is in the record of the run', async () => {
    const run = await aRun()
    const { id } = (await ask('POST', `/runs/${run}/comments`, { body: 'Kept', turn: 1 })).body
    const { workflow_id } = (await ask('GET', `/runs/${run}`)).body
    const record = await ask('GET', `/workflows/${workflow_id}/execute/${toObjectId(run)}`)
    expect(record.body.comments).toMatchObject([{ comment_id: toObjectId(id), text: 'Kept', turn: 1 }])
  })
})

describe('200: the comments of a run', () => {
  it('are read page by page, oldest first', async () => {
    const run = await aRun()
    for (const body of ['1', '2', '3', '4', '5']) await ask('POST', `/runs/${run}/comments`, { body })
    const read: string[] = []
    let cursor: string | null = ''
    let pages = 0
    while (cursor !== null) {
      const { body } = await ask('GET', `/runs/${run}/comments?limit=2${cursor ? `&cursor=${cursor}` : ''}`)
      read.push(...body.items.map((comment: { body: string }) => comment.body))
      cursor = body.next_cursor
      pages += 1
    }
    expect([read, pages]).toEqual([['1', '2', '3', '4', '5'], 3])
    expect((await ask('GET', `/runs/${run}/comments?cursor=nonsense`)).status).toBe(422)
  })

  it('are told to whoever watches the runs of the team', async () => {
    const run = await aRun()
    const stream = await fetch(`${api.url}/v1/runs`, {
      headers: { 'x-api-key': tenant.key, accept: 'text/event-stream' },
    })
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
    await reader?.read() // the retry hint: from here on it listens
    await ask('POST', `/runs/${run}/comments`, { body: 'Look' })
    let heard = ''
    while (!heard.includes('\n\n') || !heard.includes(run)) heard += (await reader?.read())?.value
    expect(heard).toContain(`"run_id":"${run}"`)
    await reader?.cancel()
  })
})

describe('whose words they are', () => {
  it('only their author changes them; an edit shows', async () => {
    const ada = await browser(tenant.owner)
    const viewer = await browser(await makePerson(tenant.team, 'viewer'))
    const { body } = await viewer('POST', `/runs/${runId}/comments`, { body: 'As I see it' })
    expect(body.author.kind).toBe('user')
    const path = `/runs/${runId}/comments/${body.id}`
    // Neither an owner nor the key of one puts words into the mouth of somebody else.
    for (const answer of [await ada('PATCH', path, { body: 'No' }), await ask('PATCH', path, { body: 'No' })]) {
      expect(answer.body).toMatchObject({ status: 403, code: 'forbidden' })
    }
    const same = await viewer('PATCH', path, { body: 'As I see it' })
    expect(same.body).toEqual(body)
    const edited = (await viewer('PATCH', path, { body: 'As I see it now' })).body
    expect(edited).toEqual({ ...body, body: 'As I see it now', edited_at: expect.any(String) })
  })

  it('their author deletes them, or an owner or admin; twice is 404 and the words are gone', async () => {
    const editor = await browser(await makePerson(tenant.team, 'editor'))
    const viewer = await browser(await makePerson(tenant.team, 'viewer'))
    const admin = await browser(await makePerson(tenant.team, 'admin'))
    const write = async () => (await viewer('POST', `/runs/${runId}/comments`, { body: 'Mine' })).body.id
    const [first, second] = [await write(), await write()]
    expect((await editor('DELETE', `/runs/${runId}/comments/${first}`)).body.code).toBe('forbidden')
    expect((await viewer('DELETE', `/runs/${runId}/comments/${first}`)).status).toBe(204)
    expect((await admin('DELETE', `/runs/${runId}/comments/${second}`)).status).toBe(204)
    for (const id of [first, second]) {
      expect((await admin('DELETE', `/runs/${runId}/comments/${id}`)).status).toBe(404)
      expect((await viewer('PATCH', `/runs/${runId}/comments/${id}`, { body: 'Back' })).status).toBe(404)
    }
    // What is done to the words of others is recorded, what is done to the own is not.
    const audit = (await ask('GET', `/audit?action=comment.deleted`)).body.items
    expect(audit).toMatchObject([{ target: { id: runId }, details: { comment_id: second } }])
    const { rows } = await pool().query('SELECT body FROM run_comments WHERE id = ANY ($1)', [[first, second]])
    expect(rows).toEqual([{ body: '' }, { body: '' }])
    const { items } = (await ask('GET', `/runs/${runId}/comments?limit=200`)).body
    expect(items.filter(({ id }: { id: string }) => id === first || id === second)).toEqual([])
  })
})

describe('422', () => {
  it.each([
    [{}, 'body'],
    [{ body: ' ' }, 'body'],
    [{ body: 'x'.repeat(4_001) }, 'body'],
    [{ body: 'a\0b' }, 'body'],
    [{ body: 'x', colour: 'red' }, 'colour'],
    [{ body: 'x', turn: 0 }, 'turn'],
    [{ body: 'x', turn: 2 }, 'turn'],
    [{ body: 'x', event_seq: 999 }, 'event_seq'],
    [{ body: 'x', node_key: 'nowhere' }, 'node_key'],
    [{ body: 'x', turn: 1, node_key: 'end' }, 'node_key'],
  ])('a comment %j, naming the field', async (json, path) => {
    const { body } = await ask('POST', `/runs/${runId}/comments`, json)
    expect(body).toMatchObject({ status: 422, errors: [{ path }] })
  })

  it('more comments than a run may have', async () => {
    const run = await aRun()
    await pool().query(
      `INSERT INTO run_comments (id, team_id, run_id, author_kind, author_id, author_name, body)
       SELECT new_id(), $1, $2, 'user', $3, 'Ada', 'x' FROM generate_series(1, 1000)`,
      [tenant.team.id, run, tenant.owner.id],
    )
    const { body } = await ask('POST', `/runs/${run}/comments`, { body: 'One more' })
    expect(body).toMatchObject({ status: 422, code: 'limit_reached' })
  })
})

describe('403 and 404', () => {
  it('a key writes with runs:write, and reads with runs:read', async () => {
    const reader = await keyWith(tenant.team, ['runs:read'])
    expect((await ask('GET', `/runs/${runId}/comments`, undefined, reader)).status).toBe(200)
    const refused = await ask('POST', `/runs/${runId}/comments`, { body: 'x' }, reader)
    expect(refused.body).toMatchObject({ status: 403, code: 'insufficient_scope', scope: 'runs:write' })
  })

  it('another team’s run has no comments, and a comment is one of its run', async () => {
    const stranger = (await makeTenant()).key
    const theirs = await aRun(stranger)
    const { id } = (await ask('POST', `/runs/${runId}/comments`, { body: 'Ours' })).body
    const paths = [`/runs/${runId}/comments/${id}`, `/runs/${theirs}/comments/${id}`]
    for (const path of paths) {
      expect((await ask('PATCH', path, { body: 'Theirs' }, stranger)).status).toBe(404)
      expect((await ask('DELETE', path, undefined, stranger)).status).toBe(404)
    }
    expect((await ask('GET', `/runs/${runId}/comments`, undefined, stranger)).status).toBe(404)
    expect((await ask('POST', `/runs/${runId}/comments`, { body: 'x' }, stranger)).status).toBe(404)
    expect((await ask('PUT', `/runs/${runId}/rating`, { score: 1 }, stranger)).status).toBe(404)
    expect((await ask('DELETE', `/runs/${runId}/rating`, undefined, stranger)).status).toBe(404)
    expect((await ask('DELETE', `/runs/${newId()}/comments/${id}`)).status).toBe(404)
  })
})

describe('a rating', () => {
  it('is one per person, may change and be taken back', async () => {
    const run = await aRun()
    const first = await browser(tenant.owner)
    const second = await browser(await makePerson(tenant.team, 'viewer'))
    const rating = async () => (await first('GET', `/runs/${run}`)).body.rating
    expect(await rating()).toEqual({ up: 0, down: 0, mine: null })
    expect((await first('PUT', `/runs/${run}/rating`, { score: 1 })).body).toEqual({ up: 1, down: 0, mine: 1 })
    // The key of a person speaks for the person here: it is the same rating.
    expect((await ask('PUT', `/runs/${run}/rating`, { score: -1 })).body).toEqual({ up: 0, down: 1, mine: -1 })
    expect((await second('PUT', `/runs/${run}/rating`, { score: 1 })).body).toEqual({ up: 1, down: 1, mine: 1 })
    expect(await rating()).toEqual({ up: 1, down: 1, mine: -1 })
    for (const _ of [1, 2]) expect((await first('DELETE', `/runs/${run}/rating`)).status).toBe(204)
    expect(await rating()).toEqual({ up: 1, down: 0, mine: null })
  })

  it.each([{}, { score: 0 }, { score: 2 }, { score: '1' }])('is refused as %j', async (json) => {
    expect((await ask('PUT', `/runs/${runId}/rating`, json)).body).toMatchObject({
      status: 422,
      errors: [{ path: 'score' }],
    })
  })
})

describe('what was said of a run', () => {
  it('goes with it', async () => {
    const run = await aRun()
    await ask('POST', `/runs/${run}/comments`, { body: 'Gone soon' })
    await ask('PUT', `/runs/${run}/rating`, { score: 1 })
    await pool().query('DELETE FROM runs WHERE id = $1', [run])
    const left = await pool().query(
      'SELECT run_id FROM run_comments WHERE run_id = $1 UNION ALL SELECT run_id FROM run_ratings WHERE run_id = $1',
      [run],
    )
    expect(left.rows).toEqual([])
  })
})

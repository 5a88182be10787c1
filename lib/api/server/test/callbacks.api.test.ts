import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pool } from '../../../db/client'
import { makeTenant, openApi, type TestApi } from '../../../testing/api'
import { draw } from '../../../testing/definition'
import { atRest, ended, waitForRun } from '../../../testing/runs'
import { startWorker } from '../../../worker/main'

let api: TestApi
let key: string
let worker: Awaited<ReturnType<typeof startWorker>>

beforeAll(async () => {
  process.env.ENCRYPTION_KEY = 'k'.repeat(40)
  api = await openApi()
  key = (await makeTenant()).key
  worker = await startWorker({})
})
afterAll(async () => {
  await worker.stop(2_000)
  await api.close()
})

async function begin(...drawing: Parameters<typeof draw>) {
  const made = await api.ask('POST', '/v1/workflows', {
    key,
    json: { name: 'Calls back', definition: draw(...drawing) },
  })
  const published = await api.ask('POST', `/v1/workflows/${made.body.id}/publish`, { key, json: {} })
  expect(published.body.errors).toBeUndefined()
  const started = await api.ask('POST', `/v1/workflows/${made.body.id}/runs`, { key, json: {} })
  return started.body.id as string
}

const pathOf = (url: string) => new URL(url).pathname
const runOf = async (id: string) => (await api.ask('GET', `/v1/runs/${id}`, { key })).body

const waits = [
  ['start>callback', 'callback:out>end', 'callback:timedOut>end_late'],
  {
    callback: { config: {} },
    end: { config: { output: '{{ nodes.callback.output }}' } },
    end_late: { config: { output: 'late' } },
  },
] as const satisfies Parameters<typeof draw>

describe('a callback URL', () => {
  it('answers the step that waits for it, once', async () => {
    const id = await begin(...waits)
    await waitForRun(id, (run) => !run.isHeld && run.status === 'running')
    const { waits: open } = await runOf(id)
    expect(open).toMatchObject([
      { kind: 'callback', node_id: 'callback', callback_url: expect.stringContaining('/api/callbacks/') },
    ])
    const path = pathOf(open[0].callback_url)
    expect((await api.ask('GET', path)).status).toBe(405)
    const first = await api.ask('POST', path, { json: { paid: true } })
    expect([first.status, first.body]).toEqual([202, { run_id: id, node_id: 'callback', path: [] }])
    await waitForRun(id, ended)
    expect(await runOf(id)).toMatchObject({ status: 'completed', output: { paid: true } })
    expect((await api.ask('POST', path, { json: {} })).body).toMatchObject({ status: 409, code: 'run_ended' })
  })

  it('one of many calls at the same time wins, the others are told', async () => {
    const id = await begin([...waits[0], 'callback:out>approval'], { ...waits[1], approval: {} })
    await waitForRun(id, (run) => !run.isHeld && run.status === 'running')
    const path = pathOf((await runOf(id)).waits[0].callback_url)
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => api.ask('POST', path, { json: { n } })))
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(19)
  })

  it('is given out before the step is reached, and a call that comes early is kept', async () => {
    const id = await begin(['start>approval', 'approval:approved>callback', 'callback:out>end'], {
      approval: { config: { title: 'Go on?', instructions: 'It will call {{ callbacks.callback }}' } },
      callback: { config: {} },
      end: { config: { output: '{{ nodes.callback.output }}' } },
    })
    await waitForRun(id, atRest)
    const [approval] = (await runOf(id)).waits
    const path = pathOf(approval.instructions.slice('It will call '.length))
    expect((await api.ask('POST', path, { json: { early: 1 } })).status).toBe(202)
    expect((await api.ask('POST', path, { json: { early: 2 } })).status).toBe(409)
    await api.ask('POST', `/v1/runs/${id}/nodes/approval/approve`, { key, json: {} })
    await waitForRun(id, ended)
    expect(await runOf(id)).toMatchObject({ status: 'completed', output: { early: 1 } })
  })

  it('of each item is its own', async () => {
    const id = await begin(['start>forEach', 'forEach>end'], {
      forEach: { config: { items: '["a", "b"]', concurrency: 2 } },
      callback: { parentId: 'forEach', config: {} },
      end: { config: { output: '{{ nodes.forEach.output.results }}' } },
    })
    await waitForRun(id, (run) => !run.isHeld && run.status === 'running')
    const waits = (await runOf(id)).waits as { path: string[]; callback_url: string }[]
    // Both open in the same moment, in either order.
    const open = waits.toSorted((a, b) => a.path.join().localeCompare(b.path.join()))
    expect(open.map((wait) => wait.path)).toEqual([['each:0'], ['each:1']])
    for (const wait of open.toReversed()) await api.ask('POST', pathOf(wait.callback_url), { json: wait.path })
    await waitForRun(id, ended)
    expect((await runOf(id)).output).toEqual([['each:0'], ['each:1']])
  })

  it('that nobody called in time leads on at timedOut', async () => {
    const id = await begin(waits[0], { ...waits[1], callback: { config: { timeoutSeconds: 1 } } })
    await waitForRun(id, ended)
    expect(await runOf(id)).toMatchObject({ status: 'completed', output: 'late' })
  })

  it('that was changed is nobody’s', async () => {
    const id = await begin(...waits)
    await waitForRun(id, (run) => !run.isHeld && run.status === 'running')
    const path = pathOf((await runOf(id)).waits[0].callback_url)
    const [body = '', mac = ''] = path.split('/').at(-1)?.split('.') ?? []
    const other = Buffer.from(JSON.stringify([id, 'end', []])).toString('base64url')
    for (const token of [
      `${other}.${mac}`,
      `${body}.${mac}x`,
      `${body}.`,
      body,
      `${body}.${mac}.x`,
      'x'.repeat(5_000),
    ]) {
      expect((await api.ask('POST', `/api/callbacks/${token}`, { json: {} })).status, token.slice(0, 80)).toBe(404)
    }
    const { rows } = await pool().query(`SELECT state FROM waits WHERE run_id = $1`, [id])
    expect(rows).toEqual([{ state: 'open' }])
  })
})

import { afterAll, beforeAll, expect, it } from 'vitest'
import { LIMITS } from '../../../limits'
import { keyWith, makeTenant, openApi, type TestApi } from '../../../testing/api'

let api: TestApi
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

it('tells every limit to any caller who is known', async () => {
  const { team } = await makeTenant()
  const key = await keyWith(team, [], 'viewer')
  const { status, body } = await api.ask('GET', '/v1/limits', { key })
  expect(status).toBe(200)
  expect(body.items.map((item: { id: string }) => item.id)).toEqual(Object.keys(LIMITS))
  expect(body.items).toContainEqual({
    id: 'events',
    title: 'Events of a run',
    unit: 'items',
    value: 100_000,
    ceiling: 1_000_000,
    set_by: 'LIMIT_EVENTS',
    code: 'too_many_events',
    behaviour: 'The run fails, with one more event that says so.',
    warns: true,
  })
  expect((await api.ask('GET', '/v1/limits')).status).toBe(401)
})

/** How many runs at once the caller's team may have. */
async function teamRuns(key: string): Promise<number> {
  const { body } = await api.ask('GET', '/v1/limits', { key })
  return body.items.find((item: { id: string }) => item.id === 'team_runs').value
}

it('changes how many runs of a team may go on at once, for that team alone, and records it', async () => {
  const { team, key } = await makeTenant()
  const other = await makeTenant()
  const patch = (json: unknown) => api.ask('PATCH', '/v1/limits', { key, json })
  expect(await teamRuns(key)).toBe(20)
  const changed = await patch({ team_runs: 2 })
  expect(changed.status).toBe(200)
  expect(changed.body).toEqual((await api.ask('GET', '/v1/limits', { key })).body)
  expect(await teamRuns(key)).toBe(2)
  for (const team_runs of [1, 9_999, 10_000, 10_000]) expect((await patch({ team_runs })).status).toBe(200)
  expect(await teamRuns(key)).toBe(10_000)
  expect(await teamRuns(other.key)).toBe(20)
  const audit = await api.ask('GET', '/v1/audit?action=team.concurrency_changed', { key })
  expect(audit.body.items.map(({ details }: { details: unknown }) => details)).toEqual([
    { from: 9_999, to: 10_000 },
    { from: 1, to: 9_999 },
    { from: 2, to: 1 },
    { from: 20, to: 2 },
  ])
  expect(audit.body.items[0].target).toMatchObject({ type: 'team', id: team.id, name: team.name })
})

it('refuses other numbers, naming the field, and whoever may not manage the team', async () => {
  const { team, key } = await makeTenant()
  for (const team_runs of [0, -1, 10_001, 1.5, '5', null, undefined]) {
    const { status, body } = await api.ask('PATCH', '/v1/limits', { key, json: { team_runs } })
    expect([status, body.code, body.errors[0].path]).toEqual([422, 'validation_failed', 'team_runs'])
  }
  const more = await api.ask('PATCH', '/v1/limits', { key, json: { team_runs: 5, events: 5 } })
  expect([more.status, more.body.code]).toEqual([422, 'validation_failed'])
  const patch = async (as: string) => api.ask('PATCH', '/v1/limits', { key: as, json: { team_runs: 5 } })
  const scoped = await patch(await keyWith(team, ['runs:write']))
  expect(scoped.body).toMatchObject({ status: 403, message: expect.stringContaining('admin') })
  expect((await patch(await keyWith(team, ['admin'], 'editor'))).status).toBe(403)
  expect(await teamRuns(key)).toBe(20)
  expect((await patch(await keyWith(team, ['admin'], 'admin'))).status).toBe(200)
  expect(await teamRuns(key)).toBe(5)
})

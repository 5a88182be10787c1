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

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pool } from '../../../db/client'
import { newId } from '../../../ids'
import { makeTenant, openApi, type TestApi } from '../../../testing/api'
import { draw } from '../../../testing/definition'
import type { TestTeam } from '../../../testing/people'

let api: TestApi
let key: string
let team: TestTeam

beforeAll(async () => {
  api = await openApi()
  const tenant = await makeTenant()
  key = tenant.key
  team = tenant.team
})
afterAll(() => api.close())

const deliver = (json: unknown, headers?: Record<string, string>) =>
  api.ask('POST', '/api/samples/deliveries', { json, headers })

describe('the sample sink', () => {
  it('keeps what it received and shows it under the address it answers', async () => {
    const { status, body } = await deliver({ bulletin: 'M 6.4\u2028', items: [1, null] })
    expect(status).toBe(201)
    expect(body).toMatchObject({
      id: expect.any(String),
      received_at: expect.any(String),
      url: expect.stringContaining(body.id),
    })
    expect((await api.ask('GET', new URL(body.url).pathname)).body).toMatchObject({
      id: body.id,
      body: { bulletin: 'M 6.4\u2028', items: [1, null] },
    })
  })

  it('takes a delivery once per Idempotency-Key', async () => {
    const headers = { 'idempotency-key': `run:${newId()}` }
    const answers = await Promise.all(Array.from({ length: 10 }, () => deliver({ n: 1 }, headers)))
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    expect((await deliver({ n: 1 })).body.id).not.toBe(answers[0]?.body.id)
  })

  it.each([
    ['a number', 5],
    ['text', 'x'],
    ['nothing', null],
    ['a list', [1]],
  ])('takes %s', async (_, json) => {
    expect((await deliver(json)).status).toBe(201)
  })

  it('takes at most 64 KiB', async () => {
    expect((await deliver('x'.repeat(65_534))).status).toBe(201)
    expect((await deliver('x'.repeat(65_535))).body).toMatchObject({
      status: 413,
      message: 'The body is larger than 64 KiB.',
    })
  })

  it('keeps the newest thousand', async () => {
    await pool().query(
      `INSERT INTO sample_deliveries (id, body, created_at) SELECT gen_random_uuid(), '{}', now() - n * interval '1 hour' FROM generate_series(1, 1000) n`,
    )
    const { body } = await deliver({ last: true })
    const { rows } = await pool().query<{ n: number }>('SELECT count(*)::int AS n FROM sample_deliveries')
    expect(rows[0]?.n).toBe(1_000)
    expect((await api.ask('GET', `/api/samples/deliveries/${body.id}`)).body.body).toEqual({ last: true })
  })

  it('lists what runs of the team delivered, newest first, and to nobody else', async () => {
    const definition = draw(['start>end'])
    const workflow = (await api.ask('POST', '/v1/workflows', { key, json: { name: 'W', definition } })).body
    const run = (await api.ask('POST', `/v1/workflows/${workflow.id}/runs`, { key, json: { draft: true } })).body
    const sent = []
    for (const n of [1, 2]) sent.push((await deliver({ n }, { 'idempotency-key': `${run.id}:publish#${n}` })).body.id)
    await deliver({ n: 3 }, { 'idempotency-key': `${newId()}:publish` })
    await deliver({ n: 4 }, { 'idempotency-key': `${team.id}:publish` })
    const listOf = async (by: string) =>
      (await api.ask('GET', '/api/samples/deliveries', { key: by })).body.items.map(({ id }: { id: string }) => id)
    expect(await listOf(key)).toEqual([...sent].reverse())
    expect(await listOf((await makeTenant()).key)).toEqual([])
    expect((await api.ask('GET', '/api/samples/deliveries')).status).toBe(401)
  })
})

import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { pool } from '../../../db/client'
import { type Id, newId, toObjectId, toOrchestration, toPrefixed } from '../../../ids'
import { LIMITS } from '../../../limits'
import { type Answered, type Ask, keyWith, makeTenant, openApi, type TestApi } from '../../../testing/api'
import { draw } from '../../../testing/definition'
import { makeKey, type TestPerson, type TestTeam } from '../../../testing/people'
import { atRest, ended, waitForRun } from '../../../testing/runs'
import { startWorker } from '../../../worker/main'
import { pathsOf } from '../route'
import { routes } from '../routes'

/** Bad input, one row each: what is sent, and the status, code and field that the refusal must name. Never a 500. */

let api: TestApi
let worker: Awaited<ReturnType<typeof startWorker>>
let key: string
let team: TestTeam
let owner: TestPerson
/** What the caller's team has, and what another team has. */
const own = { workflow: '', asking: '', approving: '', waiting: '', deciding: '', decided: '', over: '' }
const foreign = { workflow: '', run: '', agent: '', key: '', project: '', team: '', tenantKey: '' }

async function publish(name: string, asKey: string, ...drawing: Parameters<typeof draw>): Promise<Id> {
  const json = { name, definition: draw(...drawing) }
  const { body } = await api.ask('POST', '/v1/workflows', { key: asKey, json })
  const published = await api.ask('POST', `/v1/workflows/${body.id}/publish`, { key: asKey })
  expect([published.status, published.body.errors]).toEqual([201, undefined])
  return body.id
}

async function begin(workflowId: Id, asKey = key): Promise<Id> {
  const { body } = await api.ask('POST', `/v1/workflows/${workflowId}/runs`, { key: asKey, json: {} })
  await waitForRun(body.id, atRest)
  return body.id
}

beforeAll(async () => {
  api = await openApi()
  worker = await startWorker({})
  ;({ key, team, owner } = await makeTenant())
  own.workflow = await publish('Plain', key, ['start>end'])
  own.asking = await publish('Asks', key, ['start>input', 'input>end'])
  own.approving = await publish('Approves', key, ['start>approval', 'approval:approved>end'])
  own.waiting = await begin(own.asking)
  own.deciding = await begin(own.approving)
  own.decided = await begin(own.approving)
  await api.ask('POST', `/v1/runs/${own.decided}/nodes/approval/approve`, { key, json: {} })
  own.over = await begin(own.workflow)
  await waitForRun(own.over, ended)

  const other = await makeTenant()
  foreign.tenantKey = other.key
  foreign.team = other.team.id
  foreign.project = other.team.projectId
  foreign.workflow = await publish('Foreign', other.key, ['start>input', 'input>end'])
  foreign.run = await begin(foreign.workflow, other.key)
  foreign.agent = (await api.ask('POST', '/v1/agents', { key: other.key, json: { name: 'Foreign' } })).body.id
  foreign.key = (await makeKey(other.owner)).id
})
afterAll(async () => {
  await api.close()
  await worker.stop(2_000)
})

interface Refusal {
  status: number
  code: string
  /** Where: the path of one of `errors`. */
  path?: string
  /** What the sentence must say. */
  says?: RegExp
}

function expectRefusal(answer: Answered, { status, code, path, says }: Refusal): void {
  const { body } = answer
  expect({ status: answer.status, code: body.code }, JSON.stringify(body)).toEqual({ status, code })
  expect(answer.headers.get('content-type')).toContain('application/problem+json')
  expect(body).toMatchObject({ type: `urn:countersign:problem:${code}`, status, request_id: expect.any(String) })
  expect(body.message).toMatch(says ?? /^.{10,}[.:)…]$/s)
  if (path !== undefined) expect(body.errors.map((error: { path: string }) => error.path)).toContain(path)
  expect(JSON.stringify(body)).not.toMatch(/prisma|postgres|SELECT |node_modules|\.ts:\d/i)
}

const workflowPath = '/v1/workflows'
const runsOf = (workflowId: string) => `/v1/workflows/${workflowId}/runs`

/** Operations with a body in JSON that a caller needs a right for. */
const withBody = routes.filter(
  ({ contract, permission, id }) => contract.body !== undefined && permission !== 'public' && id !== 'mcp',
)
/** A path of the route with ids of the caller's own team, or such that name nothing. */
const pathOf = (route: (typeof routes)[number]) =>
  (pathsOf(route.contract)[0] ?? '').replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    if (name === 'workflow_id') return own.workflow
    if (name === 'run_id') return own.waiting
    return name.endsWith('_id') && name !== 'node_id' ? newId() : '0'
  })

describe('every operation with a body', () => {
  const deep = (levels: number) => `{"name":${'['.repeat(levels)}${']'.repeat(levels)}}`
  const rows: [string, Omit<Ask, 'key'>, Refusal][] = [
    ['broken JSON', { text: '{"name":' }, { status: 400, code: 'invalid_json', says: /ends too early/ }],
    ['two values', { text: '{} {}' }, { status: 400, code: 'invalid_json', says: /position 3/ }],
    [
      'invalid UTF-8',
      { text: new Uint8Array([0x7b, 0xff, 0x7d]) },
      { status: 400, code: 'invalid_json', says: /UTF-8/ },
    ],
    [
      'a key given twice',
      { text: '{"a":{"b":1,"c":[{"d":1,"d":2}]}}' },
      { status: 400, code: 'invalid_json', path: 'a.c.0.d', says: /twice/ },
    ],
    [
      'a body nested too deep',
      { text: deep(LIMITS.json_depth.value) },
      { status: 400, code: 'invalid_json', says: /deeper than/ },
    ],
    [
      'too many members',
      { text: `{"name":[${'0,'.repeat(LIMITS.json_members.value)}0]}` },
      { status: 400, code: 'invalid_json', says: /more than/ },
    ],
    ['a prototype', { text: '{"__proto__":{"admin":true}}' }, { status: 400, code: 'invalid_json', says: /__proto__/ }],
    [
      'a number beyond a double',
      { text: '{"name":1e999}' },
      { status: 400, code: 'invalid_json', says: /out of range/ },
    ],
    [
      'an integer that would be rounded',
      { text: '{"name":9007199254740993}' },
      { status: 400, code: 'invalid_json', says: /9007199254740993/ },
    ],
    [
      'plain text',
      { text: '{}', headers: { 'content-type': 'text/plain' } },
      { status: 415, code: 'unsupported_media_type', says: /application\/json/ },
    ],
    [
      'a form',
      { text: 'a=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      { status: 415, code: 'unsupported_media_type' },
    ],
    [
      'another charset',
      { text: '{}', headers: { 'content-type': 'application/json; charset=utf-16' } },
      { status: 415, code: 'unsupported_media_type', says: /UTF-8/ },
    ],
    [
      'a body over the limit',
      { text: `{"name":"${'x'.repeat(LIMITS.request_body.value)}"}` },
      { status: 413, code: 'payload_too_large', says: /MiB/ },
    ],
    ['a list', { json: [] }, { status: 422, code: 'validation_failed', says: /object/ }],
    ['a text', { json: 'x' }, { status: 422, code: 'validation_failed', says: /object/ }],
    ['null', { text: 'null' }, { status: 422, code: 'validation_failed', says: /object/ }],
  ]
  it.each(rows)('refuses %s', async (_, ask, refusal) => {
    expect(withBody.length).toBeGreaterThan(10)
    for (const route of withBody) {
      const answer = await api.ask(route.method, pathOf(route), { key, ...ask })
      expect([route.id, answer.status]).toEqual([route.id, refusal.status])
      expectRefusal(answer, refusal)
    }
  })

  it('S-14: refuses members that are not the caller’s to set, by name', async () => {
    const protectedMembers = [
      'id',
      'team_id',
      'tenant_id',
      'user_id',
      'created_by',
      'owner_id',
      'is_admin',
      'lease_epoch',
      'lease_owner',
      'active_version_id',
      'last_seq',
      'constructor',
      'toString',
    ]
    // OAuth says that what a server does not know in a request of its own is passed over.
    for (const route of withBody.filter(({ id }) => id !== 'decideConsent')) {
      // Of the execute dialects some have a `team_id`; which one it is, is told by the other members.
      const isDialect = route.id === 'executeWorkflow'
      const known = membersOf(route.contract.body)
      const members = protectedMembers.filter((name) => !known.includes(name) && !(isDialect && name === 'team_id'))
      const json = Object.fromEntries(members.map((name) => [name, newId()]))
      const answer = await api.ask(route.method, pathOf(route), {
        key,
        json: isDialect ? { ...json, input: {} } : json,
      })
      expectRefusal(answer, { status: 422, code: 'validation_failed' })
      const unknown = answer.body.errors
        .filter(({ message }: { message: string }) => message === 'unknown field')
        .map((error: { path: string }) => error.path)
      expect([route.id, unknown.sort()]).toEqual([route.id, members.sort()])
    }
  })

  it('S-12: takes no list, object, number or other text where an id belongs', async () => {
    let tried = 0
    for (const route of withBody.filter(({ id }) => id !== 'executeWorkflow')) {
      for (const member of membersOf(route.contract.body).filter(
        (name) => name.endsWith('_id') && name !== 'client_id',
      )) {
        for (const value of [[foreign.agent], { id: foreign.agent }, 5, true, 'nonsense', '', `${foreign.agent} `]) {
          const { status, body } = await api.ask(route.method, pathOf(route), {
            key,
            json: { ...Object(route.contract.example), [member]: value },
          })
          expect([400, 422], JSON.stringify([route.id, member, value, body])).toContain(status)
          expect(body.errors.map((error: { path: string }) => error.path)).toContain(member)
          tried++
        }
      }
    }
    expect(tried).toBeGreaterThan(20)
  })
})

function membersOf(schema: unknown): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
}

describe('ids in paths', () => {
  const named = routes.filter(
    ({ contract, permission }) => permission !== 'public' && /\{(?!node_id)\w+_id\}/.test(contract.path),
  )
  const malformed = [
    'nonsense',
    '0192f0c1-7c1e-7abc-8000-5d3c0000000',
    '0192f0c1-7c1e-7abc-8000-5d3c0000000g',
    '0192F0C17C1EABC05D3C0000',
    '0192f0c17c1eabc05d3c000',
    'wf_0000000000000000000u',
    'wf_123',
    'user_00000000000000000000',
    'maip-orch:01ARZ3NDEKTSV4RRFFQ69G5FA',
    'maip-orch:ZZZZZZZZZZZZZZZZZZZZZZZZZZ',
    '%00',
    "1'--",
    '..%2f..%2fetc',
    '%F0%9F%8E%89',
  ]
  it.each(malformed)('that are malformed are refused by the name of the parameter: %s', async (bad) => {
    for (const route of named) {
      const name = /\{(?!node_id)(\w+_id)\}/.exec(route.contract.path)?.[1] ?? ''
      const path = (pathsOf(route.contract)[0] ?? '').replace(`{${name}}`, bad).replaceAll(/\{(\w+)\}/g, () => newId())
      const json = route.contract.body === undefined ? undefined : {}
      const answer = await api.ask(route.method, path, { key, json })
      expect([route.id, answer.status]).toEqual([route.id, 400])
      expectRefusal(answer, { status: 400, code: 'invalid_id', path: name })
    }
  })

  it('of another team are not there, in every spelling', async () => {
    for (const [id, path] of [
      [foreign.workflow, '/v1/workflows/{id}'],
      [foreign.workflow, '/v1/workflows/{id}/versions'],
      [foreign.run, '/v1/runs/{id}'],
      [foreign.run, '/v1/runs/{id}/events'],
      [foreign.agent, '/v1/agents/{id}'],
    ] as const) {
      for (const spelled of [id, toObjectId(id), toPrefixed('job', id), toOrchestration(id), id.toUpperCase()]) {
        expectRefusal(await api.ask('GET', path.replace('{id}', encodeURIComponent(spelled)), { key }), {
          status: 404,
          code: 'not_found',
        })
      }
    }
  })
})

/** Rows of one request each. A function gets the ids when the row runs. */
type Row = [name: string, method: string, path: string | (() => string), ask: () => Ask, refusal: Refusal]
const body = (json: () => unknown, headers?: Record<string, string>) => (): Ask => ({
  json: json(),
  ...(headers ? { headers } : {}),
})
const nothing = (): Ask => ({})
const aDefinition = (change: object = {}) => ({ ...draw(['start>end']), ...change })

const FIELDS: Row[] = [
  [
    'a name of another type',
    'POST',
    workflowPath,
    body(() => ({ name: 5 })),
    { status: 422, code: 'validation_failed', path: 'name' },
  ],
  [
    'no name',
    'POST',
    workflowPath,
    body(() => ({})),
    { status: 422, code: 'validation_failed', path: 'name', says: /missing/ },
  ],
  [
    'an empty name',
    'POST',
    workflowPath,
    body(() => ({ name: '   ' })),
    { status: 422, code: 'validation_failed', path: 'name' },
  ],
  [
    'a name that is too long',
    'POST',
    workflowPath,
    body(() => ({ name: 'x'.repeat(101) })),
    { status: 422, code: 'validation_failed', path: 'name' },
  ],
  [
    'a name with U+0000',
    'POST',
    workflowPath,
    body(() => ({ name: 'a\0b' })),
    { status: 422, code: 'validation_failed', path: 'name', says: /U\+0000/ },
  ],
  [
    'a name with half a character',
    'POST',
    workflowPath,
    body(() => ({ name: 'a\ud83cb' })),
    { status: 422, code: 'validation_failed', path: 'name', says: /half/ },
  ],
  [
    'a tag that is no text',
    'POST',
    workflowPath,
    body(() => ({ name: 'x', tags: ['ok', 3] })),
    { status: 422, code: 'validation_failed', path: 'tags.1' },
  ],
  [
    'too many tags',
    'POST',
    workflowPath,
    body(() => ({ name: 'x', tags: Array.from({ length: 21 }, String) })),
    { status: 422, code: 'validation_failed', path: 'tags' },
  ],
  [
    'a definition that is a text',
    'POST',
    workflowPath,
    body(() => ({ name: 'x', definition: '{}' })),
    { status: 422, code: 'validation_failed', path: 'definition' },
  ],
  [
    'a node without a type',
    'POST',
    workflowPath,
    body(() => ({ name: 'x', definition: aDefinition({ nodes: [{ id: 'a', name: 'A' }] }) })),
    { status: 422, code: 'validation_failed', path: 'definition.nodes.0.type' },
  ],
  [
    'an unknown field of a node',
    'POST',
    workflowPath,
    body(() => ({
      name: 'x',
      definition: aDefinition({ nodes: [{ id: 'a', name: 'A', type: 'start', colour: 'red' }] }),
    })),
    { status: 422, code: 'validation_failed', path: 'definition.nodes.0.colour' },
  ],
  [
    'a version below zero',
    'POST',
    () => runsOf(own.workflow),
    body(() => ({ version: -1 })),
    { status: 422, code: 'validation_failed', path: 'version' },
  ],
  [
    'a version with a fraction',
    'POST',
    () => runsOf(own.workflow),
    body(() => ({ version: 1.5 })),
    { status: 422, code: 'validation_failed', path: 'version' },
  ],
  [
    'a version that nobody published',
    'POST',
    () => runsOf(own.workflow),
    body(() => ({ version: 77 })),
    { status: 404, code: 'not_found' },
  ],
  [
    'a version beyond any number',
    'POST',
    () => runsOf(own.workflow),
    body(() => ({ version: 2 ** 40 })),
    { status: 422, code: 'validation_failed', path: 'version' },
  ],
  [
    'an input that nobody declared',
    'POST',
    () => runsOf(own.workflow),
    body(() => ({ input: { extra: 1 } })),
    { status: 422, code: 'invalid_inputs', path: 'input.extra' },
  ],
  [
    'a wait that is too long',
    'POST',
    () => runsOf(own.workflow),
    body(() => ({ wait: 301 })),
    { status: 422, code: 'validation_failed', path: 'wait' },
  ],
  [
    'a wait that is a text',
    'POST',
    () => runsOf(own.workflow),
    body(() => ({ wait: '5' })),
    { status: 422, code: 'validation_failed', path: 'wait' },
  ],
  [
    'a budget below zero',
    'POST',
    () => runsOf(own.workflow),
    body(() => ({ budget: { tokens: -1 } })),
    { status: 422, code: 'validation_failed', path: 'budget.tokens' },
  ],
  [
    'variables that are a list',
    'POST',
    () => runsOf(own.workflow),
    body(() => ({ dynamic_variables: [1] })),
    { status: 422, code: 'validation_failed', path: 'dynamic_variables' },
  ],
  [
    'parameters of a node that is not what it takes',
    'POST',
    () => runsOf(own.workflow),
    body(() => ({ parameters: { end: { colour: 1 } } })),
    { status: 422, code: 'validation_failed', path: 'parameters.end.colour' },
  ],
  [
    'a run_by with U+0000',
    'POST',
    () => runsOf(own.workflow),
    body(() => ({ run_by: '\0' })),
    { status: 422, code: 'validation_failed', path: 'run_by' },
  ],
  [
    'a command that is none',
    'POST',
    () => `/v1/runs/${own.waiting}/commands`,
    body(() => ({ command: 'explode' })),
    { status: 422, code: 'validation_failed', path: 'command' },
  ],
  [
    'an answer to a thread that does not wait',
    'POST',
    () => `/v1/runs/${own.waiting}/commands`,
    body(() => ({ command: 'data', inputs: { '7': {} } })),
    { status: 422, code: 'validation_failed', path: 'inputs.7' },
  ],
  [
    'an answer with a field that is not asked for',
    'POST',
    () => `/v1/runs/${own.waiting}/commands`,
    body(() => ({ command: 'data', data: { x: 1 } })),
    { status: 422, code: 'validation_failed', path: 'data.x' },
  ],
  [
    'a node that is not there',
    'POST',
    () => `/v1/runs/${own.over}/fork`,
    body(() => ({ from_node: 'nowhere' })),
    { status: 422, code: 'validation_failed', path: 'from_node' },
  ],
  [
    'a scope that is none',
    'POST',
    '/v1/keys',
    body(() => ({ name: 'x', scopes: ['everything'] })),
    { status: 422, code: 'validation_failed', path: 'scopes.0' },
  ],
  [
    'a key for ever',
    'POST',
    '/v1/keys',
    body(() => ({ name: 'x', scopes: ['runs:read'], expires_in_days: 366 })),
    { status: 422, code: 'validation_failed', path: 'expires_in_days' },
  ],
  [
    'two dialects at once',
    'POST',
    () => `/v1/workflows/${own.workflow}/execute`,
    body(() => ({ input: {}, command: 'start' })),
    { status: 422, code: 'validation_failed' },
  ],
  [
    'a turn without run_input',
    'POST',
    () => `/v1/workflows/${own.workflow}/execute`,
    body(() => ({ run_id: newId() })),
    { status: 422, code: 'validation_failed', path: 'run_input' },
  ],
]

const QUERIES: Row[] = [
  [
    'a limit of zero',
    'GET',
    '/v1/runs?limit=0',
    nothing,
    { status: 422, code: 'validation_failed', path: 'query.limit' },
  ],
  [
    'a limit that is a word',
    'GET',
    '/v1/runs?limit=all',
    nothing,
    { status: 422, code: 'validation_failed', path: 'query.limit' },
  ],
  [
    'a cursor of nobody',
    'GET',
    '/v1/runs?cursor=abc',
    nothing,
    { status: 422, code: 'validation_failed', path: 'query.cursor' },
  ],
  [
    'a cursor that is too long',
    'GET',
    `/v1/runs?cursor=${'x'.repeat(501)}`,
    nothing,
    { status: 422, code: 'validation_failed', path: 'query.cursor' },
  ],
  [
    'a status that is none',
    'GET',
    '/v1/runs?status=done',
    nothing,
    { status: 422, code: 'validation_failed', path: 'query.status' },
  ],
  [
    'an id that is none',
    'GET',
    '/v1/runs?workflow_id=x',
    nothing,
    { status: 400, code: 'invalid_id', path: 'query.workflow_id' },
  ],
  [
    'a time that is none',
    'GET',
    '/v1/runs?created_after=yesterday',
    nothing,
    { status: 422, code: 'validation_failed', path: 'query.created_after' },
  ],
  [
    'a time beyond time',
    'GET',
    '/v1/runs?created_after=9999999-01-01',
    nothing,
    { status: 422, code: 'validation_failed', path: 'query.created_after' },
  ],
  [
    'a parameter given twice',
    'GET',
    '/v1/runs?limit=1&limit=2',
    nothing,
    { status: 400, code: 'invalid_request', path: 'query.limit' },
  ],
  ['U+0000', 'GET', '/v1/runs?run_by=%00', nothing, { status: 400, code: 'invalid_request', path: 'query.run_by' }],
  [
    'events after the largest number',
    'GET',
    () => `/v1/runs/${own.over}/events?after=2147483648`,
    nothing,
    { status: 422, code: 'validation_failed', path: 'query.after' },
  ],
  [
    'a version number that is none',
    'GET',
    () => `/v1/workflows/${own.workflow}/versions/latest`,
    nothing,
    { status: 400, code: 'invalid_request', path: 'number' },
  ],
  [
    'a version number beyond any',
    'GET',
    () => `/v1/workflows/${own.workflow}/versions/99999999999`,
    nothing,
    { status: 400, code: 'invalid_request', path: 'number' },
  ],
  [
    'versions to compare that are not there',
    'GET',
    () => `/v1/workflows/${own.workflow}/versions/0/diff/99999999999`,
    nothing,
    { status: 400, code: 'invalid_request', path: 'other' },
  ],
]

const WHO: Row[] = [
  ['no key', 'GET', '/v1/runs', () => ({ key: undefined }), { status: 401, code: 'unauthenticated' }],
  ['a key that is none', 'GET', '/v1/runs', () => ({ key: 'cs_live_x' }), { status: 401, code: 'unauthenticated' }],
  [
    'a JWT that nobody signed',
    'GET',
    '/v1/runs',
    () => ({ key: undefined, headers: { authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' } }),
    { status: 401, code: 'unauthenticated' },
  ],
  [
    'a password for a key',
    'GET',
    '/v1/runs',
    () => ({ key: undefined, headers: { authorization: 'Basic YTpi' } }),
    { status: 401, code: 'unauthenticated' },
  ],
  [
    'a foreign agent in the body',
    'POST',
    () => runsOf(own.workflow),
    body(() => ({ agent_id: foreign.agent })),
    { status: 404, code: 'not_found', path: 'agent_id' },
  ],
  [
    'a foreign project in the body',
    'POST',
    workflowPath,
    body(() => ({ name: 'x', project_id: foreign.project })),
    { status: 404, code: 'not_found', path: 'project_id' },
  ],
  [
    'a foreign agent of a workflow',
    'PATCH',
    () => `/v1/workflows/${own.workflow}`,
    body(() => ({ agent_id: foreign.agent })),
    { status: 404, code: 'not_found', path: 'agent_id' },
  ],
  [
    'a foreign team in a turn',
    'POST',
    () => `/v1/workflows/${own.workflow}/execute`,
    body(() => ({ run_input: { team_id: foreign.team } })),
    { status: 404, code: 'not_found', path: 'run_input.team_id' },
  ],
  [
    'a foreign run to go on with',
    'POST',
    () => `/v1/workflows/${own.workflow}/execute`,
    body(() => ({ run_id: foreign.run, run_input: { command: 'data' } })),
    { status: 404, code: 'not_found' },
  ],
  [
    'a foreign tenant',
    'POST',
    () => `/v1/workflows/${own.workflow}/execute`,
    body(() => ({ input: {} }), { 'x-tenant-id': foreign.team }),
    { status: 403, code: 'forbidden', path: 'headers.x-tenant-id' },
  ],
  ['a foreign key to revoke', 'DELETE', () => `/v1/keys/${foreign.key}`, nothing, { status: 404, code: 'not_found' }],
]

const STATES: Row[] = [
  [
    'an answer to a run that has ended',
    'POST',
    () => `/v1/runs/${own.over}/commands`,
    body(() => ({ command: 'data', data: {} })),
    { status: 409, code: 'run_ended', says: /start a new one/ },
  ],
  [
    'a pause of a run that has ended',
    'POST',
    () => `/v1/runs/${own.over}/commands`,
    body(() => ({ command: 'pause' })),
    { status: 409, code: 'run_ended' },
  ],
  [
    'a retry of a run that completed',
    'POST',
    () => `/v1/runs/${own.over}/commands`,
    body(() => ({ command: 'retry' })),
    { status: 409, code: 'conflict' },
  ],
  [
    'to go on past an approval',
    'POST',
    () => `/v1/runs/${own.deciding}/commands`,
    body(() => ({ command: 'resume' })),
    { status: 409, code: 'approval_open', says: /"approval"/ },
  ],
  [
    'an answer where an approval is open',
    'POST',
    () => `/v1/runs/${own.deciding}/commands`,
    body(() => ({ command: 'data', data: {} })),
    { status: 409, code: 'approval_open' },
  ],
  [
    'to go on where an answer is missing',
    'POST',
    () => `/v1/runs/${own.waiting}/commands`,
    body(() => ({ command: 'resume' })),
    { status: 409, code: 'conflict', says: /"input"/ },
  ],
  [
    'the opposite of what was decided',
    'POST',
    () => `/v1/runs/${own.decided}/nodes/approval/reject`,
    body(() => ({})),
    { status: 409, code: 'already_decided' },
  ],
  [
    'a decision on something else than what is shown',
    'POST',
    () => `/v1/runs/${own.deciding}/nodes/approval/approve`,
    body(() => ({ shown_hash: 'x' })),
    { status: 409, code: 'approval_changed' },
  ],
  [
    'a decision where nothing waits',
    'POST',
    () => `/v1/runs/${own.over}/nodes/end/approve`,
    body(() => ({})),
    { status: 404, code: 'not_found' },
  ],
  [
    'a save over somebody else’s',
    'PATCH',
    () => `/v1/workflows/${own.workflow}`,
    body(() => ({ name: 'Mine' }), { 'if-match': '"77"' }),
    { status: 412, code: 'precondition_failed' },
  ],
  [
    'a deletion of what has changed',
    'DELETE',
    () => `/v1/workflows/${own.workflow}`,
    () => ({ headers: { 'if-match': '"77"' } }),
    { status: 412, code: 'precondition_failed' },
  ],
  [
    'an If-Match that is none',
    'PATCH',
    () => `/v1/workflows/${own.workflow}`,
    body(() => ({ name: 'Mine' }), { 'if-match': 'yesterday' }),
    { status: 400, code: 'invalid_request', path: 'headers.if-match' },
  ],
  [
    'an Idempotency-Key of spaces',
    'POST',
    () => runsOf(own.workflow),
    body(() => ({}), { 'idempotency-key': 'a b' }),
    { status: 400, code: 'invalid_request', path: 'headers.idempotency-key' },
  ],
  [
    'an Idempotency-Key that is too long',
    'POST',
    () => runsOf(own.workflow),
    body(() => ({}), { 'idempotency-key': 'x'.repeat(256) }),
    { status: 400, code: 'invalid_request', path: 'headers.idempotency-key' },
  ],
  [
    'a method that a path does not know',
    'PUT',
    () => `/v1/runs/${own.over}`,
    body(() => ({})),
    { status: 405, code: 'method_not_allowed' },
  ],
  ['a path that is none', 'GET', '/v1/nothing/here', nothing, { status: 404, code: 'not_found' }],
  [
    'a path below a run that is none',
    'GET',
    () => `/v1/runs/${own.over}/secrets`,
    nothing,
    { status: 404, code: 'not_found' },
  ],
]

describe.each([
  ['a field', FIELDS],
  ['a query or a path', QUERIES],
  ['whose it is', WHO],
  ['what state it is in', STATES],
])('refuses for %s', (_, rows) => {
  it.each(rows)('%s', async (_name, method, path, ask, refusal) => {
    const at = typeof path === 'string' ? path : path()
    expectRefusal(await api.ask(method, at, { key, ...ask() }), refusal)
  })
})

describe('refuses and tells more in the headers', () => {
  it('405 with the methods that are there', async () => {
    for (const [method, path, allow] of [
      ['PUT', `/v1/runs/${own.over}`, 'GET, HEAD'],
      ['DELETE', '/v1/runs', 'GET, HEAD'],
      ['GET', `/v1/runs/${own.over}/commands`, 'POST'],
      ['POST', `/v1/workflows/${own.workflow}`, 'GET, HEAD, PATCH, DELETE'],
    ] as const) {
      const { status, headers } = await api.ask(method, path, { key })
      expect([status, headers.get('allow')?.split(', ').sort()]).toEqual([405, allow.split(', ').sort()])
    }
  })

  it('a key that was revoked or has expired: 401; one without the scope: 403 that names it', async () => {
    const revoked = await makeKey(owner)
    await api.ask('DELETE', `/v1/keys/${revoked.id}`, { key })
    const expired = await makeKey(owner, ['admin'], new Date(Date.now() - 1))
    for (const [secret, says] of [
      [revoked.secret, /revoked/],
      [expired.secret, /expired/],
    ] as const) {
      expectRefusal(await api.ask('GET', '/v1/runs', { key: secret }), { status: 401, code: 'unauthenticated', says })
    }
    const reader = await keyWith(team, ['runs:read'])
    const refused = await api.ask('POST', runsOf(own.workflow), { key: reader, json: {} })
    expectRefusal(refused, { status: 403, code: 'insufficient_scope', says: /workflows:execute/ })
    expect(refused.body.scope).toBe('workflows:execute')
  })
})

describe('a request that is sent again', () => {
  const send = (idempotencyKey: string, json: unknown) =>
    api.ask('POST', runsOf(own.workflow), { key, json, headers: { 'idempotency-key': idempotencyKey } })

  it('under the same key with another body is refused, and makes nothing', async () => {
    const before = await countRuns()
    const first = await send('once', { run_by: 'a' })
    expectRefusal(await send('once', { run_by: 'b' }), { status: 422, code: 'idempotency_mismatch' })
    expect((await send('once', { run_by: 'a' })).body.id).toBe(first.body.id)
    expect(await countRuns()).toBe(before + 1)
  })

  it('while the first is in progress is told so, with when to ask again', async () => {
    const client = await pool().connect()
    try {
      await client.query('BEGIN')
      await client.query('LOCK TABLE runs IN EXCLUSIVE MODE')
      const first = send('slow', { run_by: 'a' })
      await queuedAtLock()
      const second = await send('slow', { run_by: 'a' })
      await client.query('COMMIT')
      expectRefusal(second, { status: 409, code: 'idempotency_in_progress' })
      expect(second.headers.get('retry-after')).toBe('1')
      expect((await first).status).toBe(201)
    } finally {
      await client.query('ROLLBACK')
      client.release()
    }
  })

  const countRuns = async () =>
    (await pool().query('SELECT count(*)::int AS n FROM runs WHERE workflow_id = $1', [own.workflow])).rows[0].n
  const queuedAtLock = async () => {
    for (let waiting = 0; waiting === 0; ) {
      const { rows } = await pool().query(
        `SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted AND relation = 'runs'::regclass`,
      )
      waiting = rows[0].n
    }
  }
})

describe('bytes that are no request of ours', () => {
  /** Sends bytes; answers what comes back until the connection ends. */
  const raw = (text: string) =>
    new Promise<string>((resolve) => {
      const socket = connect(Number(new URL(api.url).port), '127.0.0.1', () => socket.write(text))
      let got = ''
      socket.on('data', (chunk) => (got += chunk))
      socket.on('error', () => undefined)
      socket.on('close', () => resolve(got))
    })
  const big = 'x'.repeat(64 * 1024)

  it.each([
    ['a header over 16 KiB', `GET /v1/me HTTP/1.1\r\nHost: x\r\nX-Big: ${big}\r\n\r\n`, /^HTTP\/1\.1 431 /],
    ['a URL over 16 KiB', `GET /v1/runs?run_by=${big} HTTP/1.1\r\nHost: x\r\n\r\n`, /^HTTP\/1\.1 431 /],
    [
      'two lengths',
      'POST /v1/workflows HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}',
      /^HTTP\/1\.1 400 /,
    ],
    [
      'a length and chunks',
      'POST /v1/workflows HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      /^HTTP\/1\.1 400 /,
    ],
    ['a method that is none', 'EXPLODE /v1/me HTTP/1.1\r\nHost: x\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['no Host', 'GET /v1/me HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['bytes', '\x00\x01\x02\x03\r\n\r\n', /^HTTP\/1\.1 400 /],
  ])('%s', async (_, text, answer) => {
    expect(await raw(text)).toMatch(answer)
    expect((await api.ask('GET', '/v1/me', { key })).status).toBe(200)
  })
})

describe('after all of it', () => {
  it('nothing of the other team has changed', async () => {
    const asOther = (path: string) => api.ask('GET', path, { key: foreign.tenantKey })
    expect((await asOther(`/v1/runs/${foreign.run}`)).body).toMatchObject({ status: 'waiting_for_user_input', turn: 1 })
    expect((await asOther(`/v1/workflows/${foreign.workflow}`)).body).toMatchObject({
      name: 'Foreign',
      draft_revision: 1,
    })
    expect((await asOther(`/v1/agents/${foreign.agent}`)).body.name).toBe('Foreign')
    expect((await asOther('/v1/runs')).body.items).toHaveLength(1)
  })
})

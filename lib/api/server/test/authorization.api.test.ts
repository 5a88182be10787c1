import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { refusal } from '../../../auth/permissions'
import { pool } from '../../../db/client'
import { encodeCursor } from '../../../db/cursor'
import { insertOAuthGrant } from '../../../db/oauth'
import { newId } from '../../../ids'
import { TOOLS } from '../../../mcp/tools/all-tools'
import { type Answered, makeTenant, NEXT, openApi, type TestApi } from '../../../testing/api'
import { draw } from '../../../testing/definition'
import { makeKey, makePerson, type TestTeam } from '../../../testing/people'
import { atRest, waitForRun } from '../../../testing/runs'
import { startWorker } from '../../../worker/main'
import type { Route } from '../route'
import { routes } from '../routes'
import { type Caller, makeCallers } from './authorization-callers'
import { type Ids, type Naming, ROUTE_TABLE, type RouteRow, TOOL_TABLE } from './authorization-table'

/**
 * Every route × who calls × whose objects. What is expected is computed from the permission table alone. The calls go to the
 * front door itself, where no middleware (proxy.ts) stands: what is refused here is refused by the routes.
 */

// Read once per process, so it must stand before anything asks.
vi.hoisted(() => {
  process.env.JWT_SECRET = 's'.repeat(64)
  process.env.JWT_ISSUER = 'https://id.example'
  process.env.JWT_AUDIENCE = 'countersign'
})

interface Tenant {
  team: TestTeam
  headers: Record<string, string>
  ids: Ids
}

let api: TestApi
let worker: Awaited<ReturnType<typeof startWorker>>
let ours: Tenant
let theirs: Tenant
let callers: Caller[]

beforeAll(async () => {
  api = await openApi()
  worker = await startWorker({})
  ours = await furnish()
  theirs = await furnish()
  callers = await makeCallers(ours.team, api.url)
})
afterAll(async () => {
  await worker.stop(2_000)
  await api.close()
})

/** A team that has one of everything that has an id. */
async function furnish(): Promise<Tenant> {
  const { team, key } = await makeTenant()
  const make = async (path: string, json: unknown) => {
    const { status, body } = await api.ask('POST', `/v1${path}`, { key, json })
    expect([path, status]).toEqual([path, 201])
    return body.id as string
  }
  const definition = draw(['start>approval', 'approval:approved>end'])
  const workflow_id = await make('/workflows', { name: 'Guarded', definition })
  await make(`/workflows/${workflow_id}/publish`, {})
  const run_id = await make(`/workflows/${workflow_id}/runs`, {})
  await waitForRun(run_id, atRest)
  const blob_id = newId()
  await pool().query(`INSERT INTO blobs (id, team_id, run_id, bytes, body) VALUES ($1, $2, $3, 1, '1')`, [
    blob_id,
    team.id,
    run_id,
  ])
  const comment_id = await make(`/runs/${run_id}/comments`, { body: 'Looks right.' })
  const agent_id = await make('/agents', { name: 'Desk' })
  const key_id = await make('/keys', { name: 'Spare', scopes: ['runs:read'] })
  const member = await makePerson(team, 'viewer')
  const invited = { json: { email: `invited.${team.id}@example.test`, role: 'viewer' }, key }
  const invitation_id = (await api.ask('POST', '/v1/members', invited)).body.invitation.id
  const grant = { clientId: 'x', clientName: 'Program', userId: member.id, teamId: team.id, scopes: [], resource: 'x' }
  const itself = { project_id: team.projectId, team_id: team.id }
  const people = { user_id: member.id, invitation_id, grant_id: await insertOAuthGrant(grant) }
  return {
    team,
    headers: { 'x-api-key': key },
    ids: { workflow_id, run_id, comment_id, agent_id, key_id, blob_id, ...itself, ...people },
  }
}

/** Ids that are well formed and name nothing. */
const nowhere = (): Ids => ({
  workflow_id: newId(),
  run_id: newId(),
  comment_id: newId(),
  agent_id: newId(),
  key_id: newId(),
  blob_id: newId(),
  project_id: newId(),
  team_id: newId(),
  user_id: newId(),
  invitation_id: newId(),
  grant_id: newId(),
})

function rowOf(route: Route): RouteRow {
  const row = ROUTE_TABLE[route.id]
  if (row === undefined) throw new Error(`unlisted route: ${route.id}; add it to authorization-table.ts`)
  return row
}

/** The path with its parameters; those that are no ids of ours are the same for everybody. */
function fill(path: string, ids: Ids): string {
  const others: Record<string, string> = {
    node_id: 'approval',
    number: '0',
    other: '0',
    token: 'x'.repeat(43),
    delivery_id: newId(),
    session_id: newId(),
  }
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = { ...others, ...ids }[name]
    if (value === undefined) throw new Error(`unlisted parameter: {${name}} of ${path}`)
    return value
  })
}

const idsIn = (route: Route) => [...(route.paths[0] ?? '').matchAll(/\{(\w+)\}/g)].flatMap(([, name]) => name ?? [])
const isId = (name: string): name is keyof Ids => name in nowhere()
const namesSomething = (route: Route) => idsIn(route).some(isId)

interface How {
  path?: string
  /** An id to give in the body or query instead of what the row says. */
  naming?: { as: Naming; id: string }
}

function call(route: Route, by: Pick<Caller, 'headers'>, ids: Ids, { path = route.paths[0] ?? '', naming }: How = {}) {
  const row = rowOf(route)
  const query = naming?.as.query?.(naming.id) ?? row.query
  const json = naming?.as.body ? naming.as.body(naming.id) : row.body?.(ids)
  return api.ask(route.method, fill(path, ids) + (query ? `?${query}` : ''), {
    json,
    // A save over somebody else's would be refused for that, and the id would not be looked at.
    headers: { ...by.headers, ...(naming ? {} : row.headers) },
  })
}

/** What an answer says, without what differs in every answer: its own id, and the ids that were asked for. */
function said({ status, body }: { status?: number; body: unknown }, ids: Ids): unknown {
  const { request_id: _, ...rest } = (body || {}) as Record<string, unknown>
  const text = Object.values(ids).reduce((all, id) => all.replaceAll(id, 'ID'), JSON.stringify(rest))
  return [status, text]
}

const refusalOf = ({ status, body }: Answered) =>
  status === 401 || status === 403 ? { status, code: body.code, scope: body.scope } : { status }

function expected(route: Route, caller: Caller, passed: number) {
  const { kind, who, isForeignPage, isForMcp } = caller
  const { asks, person } = rowOf(route)
  if (route.permission === 'public') return { status: passed }
  // A cookie is never what an agent calls with.
  const isMcp = route.contract.tag === 'MCP'
  const isKnown = isMcp ? kind !== 'person' : !isForMcp
  if (isForeignPage && (route.method !== 'GET' || isMcp)) {
    return { status: 403, code: 'cross_site', scope: undefined }
  }
  if (who === null || !isKnown) return { status: 401, code: 'unauthenticated', scope: undefined }
  const refused = refusal(route.permission, who) ?? (asks ? refusal(asks, who) : null)
  if (refused?.by === 'scope') return { status: 403, code: 'insufficient_scope', scope: refused.scope }
  if (refused?.by === 'role') return { status: 403, code: 'forbidden', scope: undefined }
  if (person === undefined) return { status: passed }
  return kind === 'person' ? { status: person } : { status: 403, code: 'forbidden', scope: undefined }
}

const byId = routes.map((route) => [route.id, route] as const)
const guarded = byId.filter(([, route]) => route.permission !== 'public')

describe('the table', () => {
  it('has a row for every route, and none for a route that is gone', () => {
    const unlisted = routes.filter(({ id }) => !(id in ROUTE_TABLE)).map(({ id }) => `unlisted route: ${id}`)
    expect(unlisted).toEqual([])
    expect(Object.keys(ROUTE_TABLE).filter((id) => !routes.some((route) => route.id === id))).toEqual([])
  })

  it('says how each id in a body or query is given', () => {
    const unlisted = guarded.flatMap(([id, { contract }]) => {
      const found = [contract.body, contract.query].flatMap((schema) => (schema ? idMembers(schema) : []))
      const listed = Object.keys(ROUTE_TABLE[id]?.names ?? {})
      return [...new Set(found)].filter((name) => !listed.includes(name)).map((name) => `unlisted id: ${name} of ${id}`)
    })
    expect(unlisted).toEqual([])
  })

  it('has a right to change things asked of whatever changes things', () => {
    const mild = guarded.filter(([, { method, permission }]) => method !== 'GET' && permission.endsWith(':read'))
    // They look, or speak for a person who needs no right for it; each tool of MCP asks for its own.
    expect(mild.map(([id]) => id).sort()).toEqual(['decideConsent', 'mcp', 'validateWorkflow'])
  })
})

/** Names of members that are ids, at the top and one level below. */
function idMembers(schema: z.ZodType, depth = 0): string[] {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' })
  // A schema with a name of its own is a reference to its definition.
  const { $ref, $defs } = root
  return membersOf($ref === undefined ? root : $defs?.[$ref.split('/').at(-1) ?? ''], depth)
}
function membersOf(schema: unknown, depth: number): string[] {
  const { properties, anyOf, oneOf } = schema as { properties?: object; anyOf?: unknown[]; oneOf?: unknown[] }
  const own = Object.entries(properties ?? {}).flatMap(([name, inner]) => [
    // A program's own name, the same for every team, is no id of a team's object.
    ...(name.endsWith('_id') && name !== 'client_id' ? [name] : []),
    ...(depth < 1 ? membersOf(inner, depth + 1).map((below) => `${name}.${below}`) : []),
  ])
  return [...own, ...[...(anyOf ?? []), ...(oneOf ?? [])].flatMap((each) => membersOf(each, depth))]
}

describe('every caller of every guarded route', () => {
  it.each(guarded)('%s', async (_, route) => {
    const passed = namesSomething(route) ? 404 : rowOf(route).own
    const answers = callers.map(async (caller) => {
      // Ids that name nothing: who is let in finds nothing, so nothing is changed however many are let in.
      const answer = await call(route, caller, nowhere())
      return [caller.name, refusalOf(answer)]
    })
    const wanted = callers.map((caller) => [caller.name, expected(route, caller, passed)])
    expect(Object.fromEntries(await Promise.all(answers))).toEqual(Object.fromEntries(wanted))
  })
})

describe('public routes', () => {
  it('ask nobody who they are, not even somebody whose key is no good', async () => {
    const open = routes.filter((route) => route.permission === 'public')
    for (const route of open) {
      // Three of each kind: registering programs is limited by the minute.
      const bad = (['key', 'person', 'program'] as const).flatMap((kind) =>
        callers.filter((caller) => caller.who === null && caller.kind === kind).slice(0, 3),
      )
      const answers = await Promise.all(
        bad.map(async (caller) => [caller.name, (await call(route, caller, ours.ids)).status]),
      )
      expect([route.id, answers]).toEqual([route.id, bad.map(({ name }) => [name, rowOf(route).own])])
    }
  })
})

describe('no other way to write a request', () => {
  /** Ways to write a path that are, or once were, the same to some part of a server. */
  const spellings: ((path: string) => string)[] = [
    (path) => `${path}.rsc`,
    (path) => `${path}.json`,
    (path) => `${path}?_rsc=1a2b3`,
    (path) => `${path}.segments/_tree.segment.rsc`,
    (path) => `/_next/data/x${path}.json`,
    (path) => `/${path}`,
    (path) => path.replace('/v1/', '/v1//'),
    (path) => path.replace('/v1/', '/v1%2f'),
    (path) => path.replace('/v1/', '/v1/./'),
    (path) => path.replace('/v1/', '/v1/x/../'),
    (path) => path.replace('/v1/', '/v1;a=b/'),
    (path) => `${path};a=b`,
    (path) => `${path}/`,
    (path) => `${path}.`,
    (path) => `${path}%20`,
    (path) => `${path}%00`,
    (path) => path.toUpperCase(),
    (path) => path.replace('/v', '/%76'),
  ]
  /** Headers by which a part of a server is, or once was, told that another has looked already, or what to read instead. */
  const claims: Record<string, string>[] = [
    { 'x-middleware-subrequest': 'proxy:proxy:proxy:proxy:proxy' },
    { 'x-middleware-subrequest': 'src/middleware:src/middleware:src/middleware:src/middleware:src/middleware' },
    { 'x-middleware-next': '1' },
    { 'x-invoke-path': '/api/health', 'x-invoke-output': '/api/health', 'x-invoke-status': '200' },
    { 'x-matched-path': '/api/health', 'x-now-route-matches': '1=health' },
    { rsc: '1', 'next-router-prefetch': '1', 'next-router-state-tree': '%5B%22%22%5D' },
    { 'next-action': 'x'.repeat(40) },
    { 'x-http-method-override': 'OPTIONS' },
    { 'x-original-url': '/api/health', 'x-rewrite-url': '/api/health' },
    { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1', forwarded: 'for=127.0.0.1' },
    { 'x-user-id': 'owner', 'x-team-id': 'owner', 'remote-user': 'owner' },
  ]

  it('is answered without a credential; what is not ours goes to Next, which has the same routes', async () => {
    const answers = guarded.flatMap(([id, route]) =>
      spellings.map(async (spell) => {
        const path = spell(fill(route.paths[0] ?? '', ours.ids))
        const { status } = await api.ask(route.method, path, { json: rowOf(route).body?.(ours.ids) })
        return [id, path, status] as const
      }),
    )
    const letIn = (await Promise.all(answers)).filter(([, , status]) => status < 300 && status !== NEXT)
    expect(letIn).toEqual([])
  })

  it('says that somebody else has looked already', async () => {
    const answers = guarded.flatMap(([id, route]) =>
      claims.map(async (headers) => [id, headers, (await call(route, { headers }, ours.ids)).status] as const),
    )
    expect((await Promise.all(answers)).filter(([, , status]) => status !== 401)).toEqual([])
  })

  it('turns a read into something else', async () => {
    const { key_id } = ours.ids
    for (const name of ['x-http-method-override', 'x-http-method', 'x-method-override']) {
      const headers = { ...ours.headers, [name]: 'DELETE' }
      expect((await api.ask('GET', `/v1/keys?_method=DELETE`, { headers })).status).toBe(200)
      expect((await api.ask('POST', `/v1/keys/${key_id}?_method=DELETE`, { headers })).status).toBe(405)
    }
  })
})

describe('whose object it is', () => {
  const withIds = guarded.filter(([, route]) => namesSomething(route))

  it.each(withIds)('tells nothing about another team’s: %s', async (_, route) => {
    const unknown = nowhere()
    for (const path of route.paths) {
      const [foreign, absent] = await Promise.all([
        call(route, ours, theirs.ids, { path }),
        call(route, ours, unknown, { path }),
      ])
      expect([path, foreign.status]).toEqual([path, 404])
      expect(said(foreign, theirs.ids)).toEqual(said(absent, unknown))
      for (const name of idsIn(route).filter(isId)) {
        const mixed = { ...ours.ids, [name]: theirs.ids[name] }
        expect([name, (await call(route, ours, mixed, { path })).status]).toEqual([name, 404])
      }
    }
  })

  it.each(withIds)('is not looked at before the caller is: %s', async (_, route) => {
    const unknown = nowhere()
    // One of those who are refused for the same reason: the matrix has shown that each of them is.
    const refused = new Map(
      callers
        .map((caller) => [JSON.stringify(expected(route, caller, 404)), caller] as const)
        .filter(([, caller]) => expected(route, caller, 404).status !== 404),
    )
    expect(refused.size).toBeGreaterThan(0)
    for (const caller of refused.values()) {
      const absent = said(await call(route, caller, unknown), unknown)
      for (const ids of [ours.ids, theirs.ids])
        expect([caller.name, said(await call(route, caller, ids), ids)]).toEqual([caller.name, absent])
    }
  })

  const namings = guarded.flatMap(([id, route]) =>
    Object.entries(ROUTE_TABLE[id]?.names ?? {}).map(([member, as]) => [id, member, route, as] as const),
  )
  it.each(namings)('%s: tells nothing about another team’s %s', async (_, member, route, as) => {
    const kinds: Record<string, string> = { workflow_run_id: 'run_id', actor_id: 'user_id', target_id: 'agent_id' }
    const last = member.split('.').at(-1) ?? ''
    const name = kinds[last] ?? last
    if (!isId(name)) throw new Error(`no team has a ${name}`)
    const unknown = newId()
    const foreign = await call(route, ours, ours.ids, { naming: { as, id: theirs.ids[name] } })
    const absent = await call(route, ours, ours.ids, { naming: { as, id: unknown } })
    expect(foreign.status).toBe(as.status ?? 404)
    expect(said(foreign, theirs.ids)).toEqual(said(absent, { ...nowhere(), [name]: unknown }))
  })

  const paged = guarded.filter(
    ([, { contract }]) => contract.query instanceof z.ZodObject && 'cursor' in contract.query.shape,
  )
  it.each(paged)('a place in another team’s list shows nothing of it: %s', async (_, route) => {
    const at = encodeCursor({ at: new Date(Date.now() + 60_000), id: theirs.ids.run_id })
    const path = fill(route.paths[0] ?? '', ours.ids)
    const ask = (query: string) => api.ask(route.method, `${path}?${query}`, { headers: ours.headers })
    const [placed, whole] = [await ask(`limit=50&cursor=${at}`), await ask('limit=50')]
    expect(whole.status).toBe(200)
    expect([200, 422]).toContain(placed.status) // lists that are ordered in another way take no such place
    for (const id of Object.values(theirs.ids)) expect(JSON.stringify([placed.body, whole.body])).not.toContain(id)
  })
})

interface ToolAnswer {
  isError: boolean
  // biome-ignore lint/suspicious/noExplicitAny: a problem, or what the tool gives
  said: any
}

async function callTool(by: Pick<Caller, 'headers'>, name: string, args: unknown): Promise<ToolAnswer> {
  const { status, body } = await api.ask('POST', '/api/mcp', {
    headers: { ...by.headers, accept: 'application/json, text/event-stream' },
    json: { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } },
  })
  expect([name, status]).toEqual([name, 200])
  const message = typeof body === 'string' ? JSON.parse(/^data: (\{.*)$/m.exec(body)?.[1] ?? '') : body
  const { isError, content } = message.result
  return { isError: isError === true, said: JSON.parse(content[0].text) }
}

const cases = Object.entries(TOOL_TABLE).flatMap(([tool, ways]) =>
  ways.map((way) => [`${tool} ${way.args(nowhere()).action ?? ''} (${way.asks})`, tool, way] as const),
)

describe('the tools of MCP', () => {
  it('are all in the table, with every argument that is an id', () => {
    expect(Object.keys(TOOL_TABLE).sort()).toEqual(TOOLS.map(({ name }) => name).sort())
    const unlisted = TOOLS.flatMap(({ name, inputSchema }) => {
      const given = (TOOL_TABLE[name] ?? []).flatMap(({ args }) => Object.keys(args(nowhere())))
      return Object.keys(inputSchema.properties as object)
        .filter((argument) => argument.endsWith('_id') && !given.includes(argument))
        .map((argument) => `unlisted id: ${argument} of ${name}`)
    })
    expect(unlisted).toEqual([])
  })

  it.each(cases)('refuse whom REST would refuse: %s', async (_, tool, { asks, args }) => {
    const known = callers.flatMap(({ name, kind, headers, who }) =>
      who === null || kind === 'person' ? [] : [{ name, headers, who }],
    )
    const answers = known.map(async ({ name, headers }) => {
      const { isError, said: problem } = await callTool({ headers }, tool, args(nowhere()))
      const isRefused = isError && problem.status === 403
      return [name, isRefused ? { code: problem.code, scope: problem.scope } : 'let in']
    })
    const wanted = known.map(({ name, who }) => {
      const [refused] = asks.flatMap((action) => refusal(action, who) ?? [])
      if (refused === undefined) return [name, 'let in']
      return [
        name,
        refused.by === 'scope' ? { code: 'insufficient_scope', scope: refused.scope } : { code: 'forbidden' },
      ]
    })
    expect(Object.fromEntries(await Promise.all(answers))).toEqual(Object.fromEntries(wanted))
  })

  it.each(cases)('tell nothing about another team’s: %s', async (_, tool, { args }) => {
    const unknown = nowhere()
    const foreign = await callTool(ours, tool, args(theirs.ids))
    const absent = await callTool(ours, tool, args(unknown))
    expect(said({ body: foreign }, theirs.ids)).toEqual(said({ body: absent }, unknown))
  })

  it('change nothing when they refuse', async () => {
    const { secret } = await makeKey(await makePerson(ours.team), ['workflows:write'])
    const before = await api.ask('GET', '/v1/workflows?limit=200', { headers: ours.headers })
    const { workflow_id } = ours.ids
    for (const args of [
      { action: 'create', name: 'Left behind' },
      { action: 'update', workflow_id, name: 'Renamed', definition: draw(['start>end']) },
    ]) {
      const { said: problem } = await callTool({ headers: { 'x-api-key': secret } }, 'manage_workflows', args)
      expect(problem).toMatchObject({ code: 'insufficient_scope', scope: 'workflows:publish' })
    }
    const after = await api.ask('GET', '/v1/workflows?limit=200', { headers: ours.headers })
    expect(after.body).toEqual(before.body)
  })
})

describe('its own team', () => {
  // Last: some of these change what they reach. Without it, every 404 above could be that of a mistyped path.
  it.each(guarded)('reaches what it has: %s', async (_, route) => {
    const row = rowOf(route)
    const answer = await call(route, ours, ours.ids)
    expect(refusalOf(answer)).toEqual(
      row.person !== undefined ? { status: 403, code: 'forbidden' } : { status: row.own },
    )
  })
})

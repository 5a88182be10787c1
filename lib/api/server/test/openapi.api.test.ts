import { createConfig, lintFromString } from '@redocly/openapi-core'
import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeTenant, openApi, type TestApi } from '../../../testing/api'
import { contracts } from '../../contracts/routes'
import { routes } from '../routes'

let api: TestApi
// biome-ignore lint/suspicious/noExplicitAny: the document is what the tests are about
let document: any

beforeAll(async () => {
  api = await openApi()
  document = (await api.ask('GET', '/api/openapi.json')).body
})
afterAll(() => api.close())

describe('the description of the API', () => {
  it('is valid OpenAPI 3.1', async () => {
    const result = await new Validator().validate(structuredClone(document))
    expect(result.errors ?? []).toEqual([])
    expect(result.valid).toBe(true)
    expect(document.openapi).toMatch(/^3\.1\./)
  })

  it('is without a finding of a public linter: every recommended rule, warnings counted as errors, no exceptions', async () => {
    expect(await lint(document)).toEqual([])
    const broken = structuredClone(document)
    delete broken.paths['/v1/me'].get.summary
    broken.paths['/v1/keys'].post.requestBody.content['application/json'].example.scopes = 'all'
    expect(await lint(broken)).toEqual([
      expect.stringMatching(/^operation-summary: .*get/),
      expect.stringMatching(/^no-invalid-media-type-examples: .*scopes/),
    ])
  })

  it('describes every route, and no other', () => {
    const described = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item as object).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect(described.sort()).toEqual(routes.map((route) => `${route.method} ${route.paths[0]}`).sort())
  })

  it('holds a contract behind every route of the list, and a route behind every contract', () => {
    const routed = routes.map((route) => route.id)
    expect(new Set(routed).size).toBe(routed.length)
    for (const id of Object.keys(contracts)) expect(routed).toContain(id)
  })

  it('asks for a key wherever the route does', () => {
    for (const route of routes) {
      const operation = document.paths[route.paths[0] ?? ''][route.method.toLowerCase()]
      expect([route.id, operation.security]).toEqual([route.id, route.permission === 'public' ? [] : undefined])
      expect(operation.responses[401] === undefined).toBe(route.permission === 'public')
    }
    expect(document.security).toEqual([{ apiKey: [] }, { bearer: [] }])
  })

  it('names every path parameter and gives examples that its own schemas accept', () => {
    for (const route of routes) {
      const operation = document.paths[route.paths[0] ?? ''][route.method.toLowerCase()]
      const named = (operation.parameters ?? []).filter((parameter: { in: string }) => parameter.in === 'path')
      expect(named.map((parameter: { name: string }) => `{${parameter.name}}`)).toEqual(
        route.contract.path.match(/\{\w+\}/g) ?? [],
      )
      if (route.contract.example !== undefined)
        expect(route.contract.body?.safeParse(route.contract.example).error).toBeUndefined()
      const examples = Object.values(route.contract.examples ?? {})
      expect(examples.filter(({ value }) => !route.contract.body?.safeParse(value).success)).toEqual([])
    }
  })

  it('shows an example workflow that can be created and published as it stands', async () => {
    const { key } = await makeTenant()
    const json = document.paths['/v1/workflows'].post.requestBody.content['application/json'].example
    const made = await api.ask('POST', '/v1/workflows', { key, json })
    expect(made.body.problems).toEqual([])
    expect((await api.ask('POST', `/v1/workflows/${made.body.id}/publish`, { key })).status).toBe(201)
  })

  it('may be read by anybody and kept for a while', async () => {
    const { status, headers } = await api.ask('GET', '/api/openapi.json')
    expect([status, headers.get('cache-control')]).toEqual([200, 'public, max-age=60'])
  })
})

async function lint(described: object): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended-strict'] })
  const problems = await lintFromString({ source: JSON.stringify(described), absoluteRef: '/openapi.json', config })
  return problems.map(({ ruleId, message, location: [at] }) => `${ruleId}: ${message} at ${at?.pointer}`)
}

import { afterEach, describe, expect, test, vi } from 'vitest'
import { contracts } from '../contracts/routes'
import { callApi, urlOf } from './call'
import { ApiError, messageOf } from './error'

const run = { run_id: '0192f0c1-7c1e-7abc-8000-5d3c00000000' }

function answer(body: BodyInit | null, init: ResponseInit = {}) {
  const fetcher = vi.fn(async (_url: string, _init?: RequestInit) => new Response(body, init))
  vi.stubGlobal('fetch', fetcher)
  return fetcher
}

async function refused(call: Promise<unknown>): Promise<ApiError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(ApiError)
  return error as ApiError // asserted above
}

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('the address', () => {
  test('holds the parameters encoded and leaves out what is absent of the query', () => {
    expect(urlOf(contracts.approve, { params: { run_id: 'a/b', node_id: 'ask 1' } })).toBe(
      '/api/v1/runs/a%2Fb/nodes/ask%201/approve',
    )
    expect(urlOf(contracts.listRuns, { query: { status: 'running', workflow_id: undefined, limit: 5 } })).toBe(
      '/api/v1/runs?status=running&limit=5',
    )
  })

  test('is never made with a parameter missing', () => {
    expect(() => urlOf(contracts.getRun, { params: { run_id: '' } })).toThrow(
      'getRun: the path parameter run_id is missing',
    )
  })
})

describe('a call', () => {
  test('sends JSON with the session cookie to the own origin', async () => {
    const fetcher = answer('{"id":"1"}', { status: 201 })
    await callApi(contracts.createWorkflow, { body: { name: 'A' }, headers: { 'idempotency-key': 'k' } })
    const [url, init] = fetcher.mock.calls[0] ?? []
    expect(url).toBe('/api/v1/workflows')
    expect(init).toMatchObject({ method: 'POST', credentials: 'same-origin', body: '{"name":"A"}' })
    expect(new Headers(init?.headers).get('content-type')).toBe('application/json')
    expect(new Headers(init?.headers).get('idempotency-key')).toBe('k')
  })

  test('without a body says nothing about its type', async () => {
    const fetcher = answer('{}')
    await callApi(contracts.getMe)
    expect(new Headers(fetcher.mock.calls[0]?.[1]?.headers).has('content-type')).toBe(false)
  })

  test('answers undefined where there is no content', async () => {
    answer(null, { status: 204 })
    expect(await callApi(contracts.deleteWorkflow, { params: { workflow_id: 'w' } })).toBeUndefined()
  })
})

describe('a refusal', () => {
  test('is the problem document, its fields by path', async () => {
    const problem = {
      type: '/problems/validation_failed',
      title: 'Some fields are not valid',
      status: 422,
      code: 'validation_failed',
      message: 'name: too long',
      detail: 'name: too long',
      errors: [{ path: 'name', message: 'at most 100 characters' }],
      request_id: 'req_7',
      decision: { decision: 'approved' },
    }
    answer(JSON.stringify(problem), { status: 422 })
    const error = await refused(callApi(contracts.createWorkflow, { body: { name: 'A' } }))
    expect(error).toMatchObject({
      code: 'validation_failed',
      status: 422,
      message: 'name: too long',
      requestId: 'req_7',
    })
    expect(error.fieldError('name')).toBe('at most 100 characters')
    expect(error.fieldError('description')).toBeUndefined()
    expect(error.problem.decision).toEqual({ decision: 'approved' })
  })

  test('that is not a problem document still has a code and a sentence', async () => {
    answer('<html>Bad gateway</html>', { status: 502, headers: { 'x-request-id': 'req_8' } })
    const error = await refused(callApi(contracts.getRun, { params: run }))
    expect(error).toMatchObject({ code: 'internal', status: 502, requestId: 'req_8' })
    expect(error.message).toBe('The server answered 502 without an explanation.')
  })

  test('by silence says that there is no connection', async () => {
    vi.stubGlobal('fetch', async () => {
      throw new TypeError('Failed to fetch')
    })
    const error = await refused(callApi(contracts.getMe))
    expect(error).toMatchObject({ code: 'network', status: 0 })
    expect(messageOf(error)).toContain('cannot be reached')
  })

  test('by an unreadable answer is an error, not a value', async () => {
    answer('{"items": [', { status: 200 })
    expect(await refused(callApi(contracts.listKeys))).toMatchObject({ code: 'internal' })
  })

  test('by the caller itself is passed on as it is', async () => {
    const controller = new AbortController()
    vi.stubGlobal('fetch', async () => {
      controller.abort()
      throw new DOMException('aborted', 'AbortError')
    })
    const error = await callApi(contracts.getMe, { signal: controller.signal }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(DOMException)
  })
})

import { afterEach, vi } from 'vitest'
import type { ProblemDocument } from '@/lib/api/contracts/common'
import { ERROR_CODES, type ErrorCode } from '@/lib/errors'

export interface FakeCall {
  method: string
  path: string
  query: Record<string, string>
  body: unknown
  headers: Record<string, string>
}
type Answer = Response | object | undefined | Promise<Response | object | undefined>

/**
 * Answers `fetch` as the API would: `fakeApi({ 'GET /workflows': () => page })`. The path is below `/api/v1`. An operation that
 * is not listed answers 404. Returns every call that was made.
 */
export function fakeApi(routes: Record<string, (call: FakeCall) => Answer>): FakeCall[] {
  const calls: FakeCall[] = []
  vi.stubGlobal('fetch', async (input: string, init: RequestInit = {}) => {
    const url = new URL(input, 'http://localhost')
    const call: FakeCall = {
      method: init.method ?? 'GET',
      path: url.pathname.replace('/api/v1', ''),
      query: Object.fromEntries(url.searchParams),
      body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined,
      headers: Object.fromEntries(new Headers(init.headers)),
    }
    calls.push(call)
    const answer = await (routes[`${call.method} ${call.path}`] ?? (() => problem('not_found', 'Nothing here.')))(call)
    if (answer instanceof Response) return answer
    return answer === undefined ? new Response(null, { status: 204 }) : Response.json(answer)
  })
  return calls
}

afterEach(() => {
  vi.unstubAllGlobals()
})

/** A refusal, as the API spells it. */
export function problem(code: ErrorCode, message: string, more: Partial<ProblemDocument> = {}): Response {
  const { status, title } = ERROR_CODES[code]
  const document = {
    type: `/problems/${code}`,
    title,
    status,
    code,
    message,
    detail: message,
    errors: [],
    request_id: 'req_1',
    ...more,
  }
  return Response.json(document, { status, headers: { 'content-type': 'application/problem+json' } })
}

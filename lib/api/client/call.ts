import { ERROR_CODES, type ErrorCode, type FieldProblem } from '../../errors'
import { ApiError } from './error'
import type { AnyContract, CallArgs, CallResponse, CallRest } from './types'

const BASE = '/api/v1'

/**
 * Calls one operation of the API on the own origin with the session cookie, or as the key in the header `x-api-key`.
 * Resolves with the answer the contract promises; rejects with an {@link ApiError}, or with the abort reason of `signal`.
 */
export async function callApi<C extends AnyContract>(contract: C, ...rest: CallRest<C>): Promise<CallResponse<C>> {
  const args = (rest[0] ?? {}) as LooseArgs
  const url = urlOf(contract, args as CallArgs<C>)
  const response = await send(url, contract, args)
  if (!response.ok) throw await errorOf(response)
  if (response.status === 204) return undefined as CallResponse<C>
  return (await readJson(response)) as CallResponse<C>
}

/** `/api/v1/…` with parameters and query filled in. Also for links that the browser opens by itself, e.g. an event stream. */
export function urlOf<C extends AnyContract>(contract: C, args?: Pick<CallArgs<C>, 'params' | 'query'>): string {
  const { params, query } = (args ?? {}) as LooseArgs
  const path = contract.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params?.[name]
    if (value === undefined || value === '') throw new Error(`${contract.id}: the path parameter ${name} is missing`)
    return encodeURIComponent(String(value))
  })
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') search.set(key, String(value))
  }
  const text = search.toString()
  const base = contract.root === 'site' ? '' : contract.root === 'api' ? '/api' : BASE
  return `${base}${path}${text === '' ? '' : `?${text}`}`
}

interface LooseArgs {
  params?: Record<string, string | number>
  query?: Record<string, unknown>
  body?: unknown
  headers?: Record<string, string>
  signal?: AbortSignal
}

async function send(url: string, contract: AnyContract, args: LooseArgs): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json', ...args.headers }
  const init: RequestInit = {
    method: contract.method,
    headers,
    credentials: 'x-api-key' in headers ? 'omit' : 'same-origin', // two callers in one request are refused
    signal: args.signal ?? null,
  }
  if (args.body !== undefined) {
    headers['content-type'] = 'application/json'
    init.body = JSON.stringify(args.body)
  }
  try {
    return await fetch(url, init)
  } catch (cause) {
    if (args.signal?.aborted) throw cause
    throw new ApiError({
      code: 'network',
      status: 0,
      title: 'No connection',
      message: 'Countersign cannot be reached. Check your connection and try again.',
      cause,
    })
  }
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text()
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ApiError({
      code: 'internal',
      status: response.status,
      title: ERROR_CODES.internal.title,
      message: 'The server sent an answer that cannot be read. Try again.',
      requestId: response.headers.get('x-request-id') ?? undefined,
      cause,
    })
  }
}

/** A problem document becomes an ApiError; anything else (a proxy's HTML page) becomes one with a sentence of our own. */
export async function errorOf(response: Response): Promise<ApiError> {
  const problem = await response
    .json()
    .then((value: unknown) => (isRecord(value) ? value : {}))
    .catch(() => ({}) as Record<string, unknown>)
  const code = isErrorCode(problem.code) ? problem.code : codeOfStatus(response.status)
  return new ApiError({
    code,
    status: response.status,
    title: textOf(problem.title) ?? ERROR_CODES[code].title,
    message:
      textOf(problem.message) ??
      textOf(problem.detail) ??
      `The server answered ${response.status} without an explanation.`,
    errors: Array.isArray(problem.errors) ? problem.errors.filter(isFieldProblem) : [],
    requestId: textOf(problem.request_id) ?? response.headers.get('x-request-id') ?? undefined,
    problem,
  })
}

function codeOfStatus(status: number): ErrorCode {
  const codes = Object.keys(ERROR_CODES) as ErrorCode[]
  return codes.find((code) => ERROR_CODES[code].status === status) ?? (status >= 500 ? 'internal' : 'invalid_request')
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(ERROR_CODES, value)
}

function isFieldProblem(value: unknown): value is FieldProblem {
  return isRecord(value) && typeof value.path === 'string' && typeof value.message === 'string'
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

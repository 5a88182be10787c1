import { requireSameOrigin } from '../../../auth/authorize'
import { signInPath } from '../../../auth/callback-path'
import { clientAddress } from '../../../auth/client-address'
import { env } from '../../../env'
import { AppError } from '../../../errors'
import { problemAnswer, toResponse } from '../answer'
import { problemOf } from '../problem'
import { readBody } from '../read-body'
import { requestIdOf } from '../request-headers'
import { callNextAuth, type NextAuthAnswer } from './call-next-auth'
import { nextAuthOptions } from './next-auth-options'

/** What of next-auth is open. Its own pages, its log collector and anything for other providers are not. */
const OPEN = new Set([
  'GET csrf',
  'GET session',
  'GET providers',
  'POST callback/credentials',
  'POST callback/set-up',
  'POST callback/join',
  'POST callback/reset',
  'POST signout',
])
const MAX_FORM_BYTES = 16_384

/**
 * The door of `/api/auth/*`: sign-in, set-up, joining by a link, a new password by a link, sign-out and their CSRF token, by next-auth. Refusals are problem documents
 * with the status of the API (401, 403, 422, 429 with Retry-After), not redirects to a page of next-auth.
 * A changing request must come from our own pages, or be of a client that is no browser and has fetched the CSRF token.
 */
export async function handleAuth(request: Request, segments: string[]): Promise<Response> {
  const requestId = requestIdOf(request)
  try {
    const response = await answer(request, segments)
    response.headers.set('X-Request-ID', requestId)
    return response
  } catch (error) {
    const problem = problemOf(error, requestId)
    return toResponse(problemAnswer(problem, requestId))
  }
}

async function answer(request: Request, segments: string[]): Promise<Response> {
  const { headers, method } = request
  const url = new URL(request.url)
  if (method === 'GET' && segments.join('/') === 'signin') return toSignInPage(url)
  if (!OPEN.has(`${method} ${segments.join('/')}`)) throw new AppError('not_found', 'There is nothing at this path.')
  requireSameOrigin(request, { allowUnknown: true })
  const refused: { by?: unknown } = {}
  const cookie = headers.get('cookie')
  const userAgent = headers.get('user-agent') ?? ''
  const options = nextAuthOptions({ cookie, address: clientAddress(headers), userAgent }, refused)
  const body = method === 'POST' ? { callbackUrl: '/', ...(await readForm(request)) } : {}
  const answered = await callNextAuth(
    {
      method,
      segments,
      body,
      cookies: parseCookies(cookie ?? ''),
    },
    options,
  )
  if (refused.by !== undefined) throw refused.by
  return present(answered, originOf(request))
}

function present(answered: NextAuthAnswer, origin: string): Response {
  const { status, location, cookies, json } = answered
  const target = location ?? (isRecord(json) && typeof json.url === 'string' ? json.url : null)
  if (target?.includes('csrf=true')) {
    throw new AppError('cross_site', 'The CSRF token does not belong to this browser. Load the page again and repeat.')
  }
  const headers = new Headers({ 'Cache-Control': 'private, no-store', 'X-Content-Type-Options': 'nosniff' })
  for (const each of cookies) headers.append('Set-Cookie', each)
  if (location !== null) {
    headers.set('Location', location)
    return new Response(null, { status, headers })
  }
  headers.set('Content-Type', 'application/json; charset=utf-8')
  // next-auth's own client reads `url` as an absolute URL; ours are paths, so that every host and port works.
  const shown = isRecord(json) && target !== null ? { ...json, url: new URL(target, origin).href } : json
  return new Response(JSON.stringify(shown ?? {}), { status, headers })
}

/** Where next-auth's clients send who is not signed in. */
function toSignInPage(url: URL): Response {
  return new Response(null, { status: 302, headers: { Location: signInPath(url.searchParams.get('callbackUrl')) } })
}

/** A form or a JSON object; only its texts count. */
async function readForm(request: Request): Promise<Record<string, string>> {
  const bytes = await readBody(request, MAX_FORM_BYTES)
  const type = (request.headers.get('content-type') ?? '').toLowerCase()
  const text = new TextDecoder().decode(bytes)
  if (type.startsWith('application/x-www-form-urlencoded')) return Object.fromEntries(new URLSearchParams(text))
  if (!type.startsWith('application/json')) {
    throw new AppError('unsupported_media_type', 'Send the fields as a form or as JSON.')
  }
  const value = parse(text)
  if (!isRecord(value)) throw new AppError('invalid_json', 'The body is not a JSON object.')
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new AppError('invalid_json', 'The body is not valid JSON.', { cause })
  }
}

function parseCookies(header: string): Record<string, string> {
  const cookies: Record<string, string> = Object.create(null)
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=')
    if (equals < 0) continue
    const name = pair.slice(0, equals).trim()
    if (name.endsWith('next-auth.callback-url')) continue // where to go is said in the form, not remembered
    cookies[name] ??= decodeSafely(pair.slice(equals + 1).trim())
  }
  return cookies
}

function decodeSafely(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

function originOf(request: Request): string {
  const configured = env().PUBLIC_URL
  if (configured !== undefined) return new URL(configured).origin
  const host = `http://${request.headers.get('host') ?? ''}`
  return URL.canParse(host) ? new URL(host).origin : new URL(request.url).origin
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

import nextAuthModule, { type NextAuthOptions } from 'next-auth'

/** One request to next-auth, already read and checked. */
export interface NextAuthCall {
  method: string
  /** What follows `/api/auth/`. */
  segments: string[]
  body: Record<string, string>
  cookies: Record<string, string>
}

export interface NextAuthAnswer {
  status: number
  location: string | null
  cookies: string[]
  json: unknown
}

type Handler = (request: unknown, response: ResponseRecorder, options: NextAuthOptions) => Promise<unknown>
// A CommonJS module: bundlers hand out its default export, plain Node the object that holds it.
const nextAuth = ((nextAuthModule as unknown as { default?: Handler }).default ?? nextAuthModule) as Handler

/**
 * Runs next-auth as a plain function. Its handler for Next's pages needs nothing of Next but the shape of request and
 * response, so the whole of sign-in can be tested, and served, without Next around it.
 */
export async function callNextAuth(call: NextAuthCall, options: NextAuthOptions): Promise<NextAuthAnswer> {
  const recorder = new ResponseRecorder()
  const { method, segments, body, cookies } = call
  // No header and no query: nothing in next-auth shall decide by what only looks like configuration (hosts, protocols).
  await nextAuth({ method, query: { nextauth: segments }, body, headers: {}, cookies }, recorder, options)
  return {
    status: recorder.code,
    location: recorder.text('location'),
    cookies: recorder.list('set-cookie'),
    json: recorder.body,
  }
}

class ResponseRecorder {
  code = 200
  body: unknown = null
  readonly #headers = new Map<string, string | string[]>()

  status(code: number): this {
    this.code = code
    return this
  }
  setHeader(name: string, value: string | string[]): this {
    this.#headers.set(name.toLowerCase(), value)
    return this
  }
  getHeader(name: string): string | string[] | undefined {
    return this.#headers.get(name.toLowerCase())
  }
  json(body: unknown): void {
    this.body = body
  }
  send(body: unknown): void {
    this.body = body
  }
  end(): void {}

  text(name: string): string | null {
    const value = this.#headers.get(name)
    return typeof value === 'string' ? value : null
  }
  list(name: string): string[] {
    const value = this.#headers.get(name)
    return value === undefined ? [] : [value].flat()
  }
}

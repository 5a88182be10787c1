/** The part of the client file that is the same in every installation. It is TypeScript, compiled by its test and by its users. */
export const RUNTIME = `
type Call<Id extends keyof Operations> = Omit<Operations[Id], 'response'> & {
  headers?: Record<string, string>
  signal?: AbortSignal
}
type Rest<Id extends keyof Operations> = {} extends Call<Id> ? [call?: Call<Id>] : [call: Call<Id>]

/** Every operation of the API by its name, and \`follow\`. */
export type Countersign = {
  [Id in Exclude<keyof Operations, 'startRun'>]: (...rest: Rest<Id>) => Promise<Operations[Id]['response']>
} & {
  startRun: {
    /** The plan of a run that is not made. */
    (call: Call<'startRun'> & { body: { dry_run: true } }): Promise<DryRun>
    /** Start a run */
    (call: Call<'startRun'>): Promise<Run>
  }
  /** The log of a run from \`after\`, and live until the run has ended. A connection that breaks is taken up again without gap or repeat. */
  follow(runId: string, options?: { after?: number; signal?: AbortSignal }): AsyncGenerator<RunEvent, void, undefined>
}

export interface CountersignOptions {
  /** Where it is served, e.g. \`http://localhost:3000\`. */
  url: string
  /** An API key. Without one only public operations answer; in a page of the same origin the session counts. */
  key?: string | undefined
  /** Another \`fetch\`, e.g. one with a proxy. */
  fetch?: typeof globalThis.fetch
}

/** What the API refused: branch on \`code\`, show \`message\`. */
export class CountersignError extends Error {
  readonly status: number
  readonly code: string
  /** What is wrong with which field. */
  readonly errors: readonly { path: string; message: string }[]
  /** The whole problem document. */
  readonly problem: Record<string, unknown>

  constructor(status: number, problem: Record<string, unknown>) {
    super(String(problem['message'] ?? \`The server answered \${status}.\`))
    this.name = 'CountersignError'
    this.status = status
    this.code = String(problem['code'] ?? 'internal')
    this.errors = (problem['errors'] ?? []) as { path: string; message: string }[]
    this.problem = problem
  }
}

interface LooseCall {
  params?: Record<string, string | number>
  query?: Record<string, unknown>
  body?: unknown
  headers?: Record<string, string>
  signal?: AbortSignal
}

/** A client of one installation. Every call resolves with the answer, or rejects with a {@link CountersignError}. */
export function countersign({ url, key, fetch = globalThis.fetch }: CountersignOptions): Countersign {
  async function send(method: string, path: string, call: LooseCall): Promise<Response> {
    const headers: Record<string, string> = { accept: 'application/json', ...call.headers }
    if (key !== undefined) headers['x-api-key'] = key
    if (call.body !== undefined) headers['content-type'] = 'application/json'
    const response = await fetch(addressOf(url, path, call), {
      method,
      headers,
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      ...(call.signal === undefined ? {} : { signal: call.signal }),
    })
    if (response.ok) return response
    throw new CountersignError(response.status, await response.json().catch(() => ({})))
  }

  async function call(id: keyof Operations, given: LooseCall): Promise<unknown> {
    const [method, path] = OPERATIONS[id]
    const response = await send(method, path, given)
    if (response.status === 204) return undefined
    return response.headers.get('content-type')?.includes('json') ? response.json() : response.text()
  }

  async function* follow(runId: string, options: { after?: number; signal?: AbortSignal } = {}) {
    const { signal } = options
    let seq = options.after ?? 0
    for (let failures = 0; failures < 10; ) {
      try {
        const [method, path] = OPERATIONS.listEvents
        const headers = { accept: 'text/event-stream', 'last-event-id': String(seq) }
        const params = { run_id: runId }
        const stream = await send(method, path, { params, headers, ...(signal ? { signal } : {}) })
        for await (const event of eventsOf(stream)) {
          failures = 0
          seq = event.seq
          yield event
        }
        const run = (await call('getRun', { params, ...(signal ? { signal } : {}) })) as Operations['getRun']['response']
        if (run.ended_at !== null && run.last_seq <= seq) return
      } catch (error) {
        if (signal?.aborted || error instanceof CountersignError) throw error
        failures += 1
      }
      await new Promise((resolve) => setTimeout(resolve, 1_000))
    }
    throw new Error(\`The events of run \${runId} cannot be reached.\`)
  }

  const operations = Object.keys(OPERATIONS).map((id) => [
    id,
    (given: LooseCall = {}) => call(id as keyof Operations, given),
  ])
  return { ...Object.fromEntries(operations), follow } as Countersign
}

function addressOf(url: string, path: string, { params = {}, query = {} }: LooseCall): URL {
  const filled = path.replace(/\\{(\\w+)\\}/g, (_, name: string) => encodeURIComponent(String(params[name])))
  const address = new URL(filled, url)
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) address.searchParams.set(name, String(value))
  }
  return address
}

async function* eventsOf(response: Response): AsyncGenerator<RunEvent, void, undefined> {
  if (response.body === null) return
  const reader = response.body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      text += decoder.decode(value, { stream: true })
      const frames = text.split('\\n\\n')
      text = frames.pop() ?? ''
      for (const frame of frames) {
        const data = frame.split('\\n').find((line) => line.startsWith('data: '))
        const parsed = data === undefined ? undefined : JSON.parse(data.slice(6))
        if (parsed?.kind === 'event') yield parsed.event
      }
    }
  } finally {
    reader.cancel().catch(() => undefined)
  }
}
`

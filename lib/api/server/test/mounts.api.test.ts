import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answered, makeTenant, openApi, type TestApi } from '../../../testing/api'
import { ROOT } from '../../../testing/source-files'
import { routes } from '../routes'

/** The front door and Next's route files are two mounts of the same route objects. */

type Handler = (request: Request, context: unknown) => Promise<Response>
interface Mounted {
  /** As a path of ours: `/api/v1/runs/{run_id}`. */
  path: string
  exports: Record<string, Handler>
}

let api: TestApi
let key: string
let mounted: Mounted[]

beforeAll(async () => {
  api = await openApi()
  key = (await makeTenant()).key
  const files = readdirSync(join(ROOT, 'app/api'), { recursive: true })
    .map(String)
    .filter((file) => file.endsWith('route.ts') && !file.startsWith('auth/['))
  mounted = await Promise.all(
    files.map(async (file) => ({
      path: `/api/${dirname(file).replace(/\[(\w+)\]/g, (_, name: string) => `{${snakeCase(name)}}`)}`,
      exports: (await import(/* @vite-ignore */ join(ROOT, 'app/api', file))) as Record<string, Handler>,
    })),
  )
})
afterAll(() => api.close())

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** The same request under Next: to the route file whose folder fits. */
async function askNext(
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: string,
): Promise<Answered> {
  const [pathname = ''] = path.split('?')
  const parts = pathname.split('/')
  const file = mounted.find(({ path: pattern }) => {
    const wanted = pattern.split('/')
    return (
      wanted.length === parts.length && wanted.every((part, index) => part.startsWith('{') || part === parts[index])
    )
  })
  const handler = file?.exports[method]
  if (handler === undefined) throw new Error(`no route file answers ${method} ${path}`)
  const request = new Request(`http://localhost${path}`, { method, headers, body })
  const response = await handler(request, { params: Promise.resolve({}) })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json')
  return { status: response.status, headers: response.headers, body: text && isJson ? JSON.parse(text) : text }
}

describe('the two mounts', () => {
  it('list the same paths', () => {
    const behindNext = routes.flatMap((route) => route.paths.filter((path) => path.startsWith('/api/')))
    expect(mounted.map(({ path }) => path).sort()).toEqual([...new Set(behindNext)].sort())
  })

  it('say in each route file the path of its folder, in three lines', () => {
    for (const { exports } of mounted)
      expect(Object.keys(exports).sort()).toEqual(['DELETE', 'GET', 'PATCH', 'POST', 'PUT'])
  })

  it('answer the same', async () => {
    const definition = { nodes: [{ id: 'a', type: 'start', name: 'Start' }] }
    const made = (await api.ask('POST', '/api/v1/workflows', { key, json: { name: 'Twice', definition } })).body
    const requests: [string, string, unknown?, Record<string, string>?][] = [
      ['GET', '/api/v1/me'],
      ['GET', '/api/v1/me', undefined, { 'x-api-key': 'nonsense' }],
      ['GET', `/api/v1/workflows/${made.id}`],
      ['GET', '/api/v1/workflows?limit=0'],
      ['GET', '/api/v1/workflows/%ff'],
      ['GET', '/api/v1/workflows/a%2fb'],
      ['PATCH', `/api/v1/workflows/${made.id}`, { name: 'x' }, { 'if-match': '"7"' }],
      ['POST', '/api/v1/workflows', { nom: 1 }],
      ['POST', '/api/v1/workflows', undefined, { 'content-type': 'application/json' }],
      ['POST', '/api/v1/workflows', 'x'.repeat(1_048_577)],
      ['POST', `/api/v1/workflows/${made.id}/execute`, {}],
      ['PUT', `/api/v1/workflows/${made.id}`],
      ['DELETE', '/api/v1/me'],
      ['GET', '/api/v1/runs/0/events', undefined, { accept: 'text/event-stream' }],
      ['GET', '/api/openapi.json'],
      ['GET', '/api/client.ts'],
      ['GET', '/api/health'],
    ]
    for (const [method, path, json, more] of requests) {
      const headers = { 'x-api-key': key, 'x-request-id': 'same', 'content-type': 'application/json', ...more }
      const text = json === undefined ? undefined : JSON.stringify(json)
      const [door, next] = [await api.ask(method, path, { headers, text }), await askNext(method, path, headers, text)]
      expect([method, path, next.status, next.body]).toEqual([method, path, door.status, door.body])
      for (const name of [
        'cache-control',
        'content-type',
        'x-content-type-options',
        'x-request-id',
        'etag',
        'allow',
        'www-authenticate',
      ]) {
        expect([path, name, next.headers.get(name)]).toEqual([path, name, door.headers.get(name)])
      }
    }
  })
})

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createFrontDoor } from '../api/server/front-door'
import type { Route } from '../api/server/route'
import type { Role, Scope } from '../auth/permissions'
import { makeKey, makePerson, makeTeam, type TestPerson, type TestTeam } from './people'

/** The front door on a free port, with a stand-in for Next behind it that answers 299. */
export interface TestApi {
  url: string
  server: Server
  ask(method: string, path: string, options?: Ask): Promise<Answered>
  close(): Promise<void>
}

export interface Ask {
  /** Secret of an API key. */
  key?: string
  headers?: Record<string, string>
  /** Sent as JSON. */
  json?: unknown
  /** Sent as it is, as JSON unless `headers` say otherwise. */
  text?: BodyInit
}

export interface Answered {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests read into answers whose shape they are about to assert
  body: any
}

/** Status of the stand-in for Next, which no route of ours answers. */
export const NEXT = 299

export async function openApi(routes?: readonly Route[]): Promise<TestApi> {
  const server = createServer(
    createFrontDoor({
      routes,
      next: (incoming, outgoing) => {
        outgoing.writeHead(NEXT, { 'Content-Type': 'text/plain' })
        outgoing.end(`next: ${incoming.method} ${incoming.url}`)
      },
    }),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // listening on TCP
  return {
    url,
    server,
    ask: (method, path, options) => ask(url, method, path, options),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function ask(url: string, method: string, path: string, options: Ask = {}): Promise<Answered> {
  const { key, json, text } = options
  const headers = new Headers(options.headers)
  if (key !== undefined) headers.set('x-api-key', key)
  const body = text ?? (json === undefined ? undefined : JSON.stringify(json))
  if (body !== undefined && !headers.has('content-type')) headers.set('content-type', 'application/json')
  const response = await fetch(url + path, { method, headers, body, redirect: 'manual' })
  const answered = await response.text()
  const isJson = /json/.test(response.headers.get('content-type') ?? '')
  return {
    status: response.status,
    headers: response.headers,
    body: isJson && answered ? JSON.parse(answered) : answered,
  }
}

/** A team with an owner and a key that may do everything. */
export async function makeTenant(): Promise<{ team: TestTeam; owner: TestPerson; key: string }> {
  const team = await makeTeam()
  const owner = await makePerson(team, 'owner')
  return { team, owner, key: (await makeKey(owner, ['admin'])).secret }
}

/** The secret of a key with exactly these scopes, of a new member with this role. */
export async function keyWith(team: TestTeam, scopes: readonly Scope[], role: Role = 'owner'): Promise<string> {
  return (await makeKey(await makePerson(team, role), scopes)).secret
}

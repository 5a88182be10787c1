import { handleAuth } from '../api/server/auth/auth-door'
import type { Answered, TestApi } from './api'
import { makeSession, type TestPerson } from './people'

/** A signed-in browser: calls with the cookie and with what a browser adds when our own page calls. */
export interface TestBrowser {
  sessionId: string
  call(method: string, path: string, json?: unknown): Promise<Answered>
}

export async function openBrowser(api: TestApi, person: TestPerson): Promise<TestBrowser> {
  const { id, cookie } = await makeSession(person)
  const headers = { cookie, origin: api.url, 'sec-fetch-site': 'same-origin' }
  return {
    sessionId: id,
    call: (method, path, json) => api.ask(method, path, { headers, ...(json === undefined ? {} : { json }) }),
  }
}

/** Sends one of the forms before sign-in, as the page does. */
export async function sendForm(name: string, fields: Record<string, string>) {
  const request = (path: string, init: RequestInit = {}, cookie = '') =>
    handleAuth(
      new Request(`http://localhost:3000/api/auth/${path}`, {
        ...init,
        headers: {
          host: 'localhost:3000',
          origin: 'http://localhost:3000',
          cookie,
          'content-type': 'application/x-www-form-urlencoded',
        },
      }),
      path.split('/'),
    )
  const begun = await request('csrf')
  const cookie = begun.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  const { csrfToken } = (await begun.json()) as { csrfToken: string }
  const body = new URLSearchParams({ csrfToken, json: 'true', ...fields })
  const response = await request(`callback/${name}`, { method: 'POST', body }, cookie)
  const session = response.headers.getSetCookie().find((line) => line.includes('session-token='))
  return { status: response.status, body: await response.json(), cookie: session?.split(';')[0] ?? '' }
}

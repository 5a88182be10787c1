import { describe, expect, it, vi } from 'vitest'
import { principalOfCookie } from '../../../auth/authenticate'
import { hashPassword } from '../../../auth/password'
import { makePerson, makeTeam } from '../../../testing/people'
import { handleAuth } from './auth-door'

// Before anything reads the environment.
vi.hoisted(() => {
  process.env.PUBLIC_URL = 'https://flows.example.test'
})

const PASSWORD = 'correct horse battery'

function call(method: string, path: string, headers: Record<string, string>, body?: string) {
  const url = `http://10.0.0.7:3000/api/auth/${path}`
  return handleAuth(new Request(url, { method, headers: { host: '10.0.0.7:3000', ...headers }, body }), path.split('/'))
}

describe('behind HTTPS', () => {
  it('every cookie is Secure, and the session cannot be planted by a sub-domain', async () => {
    const ann = await makePerson(await makeTeam(), 'editor', await hashPassword(PASSWORD))
    const first = await call('GET', 'csrf', {})
    const { csrfToken } = (await first.json()) as { csrfToken: string }
    const jar = first.headers.getSetCookie().map((line) => line.split(';')[0])
    const body = new URLSearchParams({
      csrfToken,
      email: ann.email,
      password: PASSWORD,
      callbackUrl: '/runs',
      json: 'true',
    })
    const response = await call(
      'POST',
      'callback/credentials',
      {
        origin: 'https://flows.example.test',
        cookie: jar.join('; '),
        'content-type': 'application/x-www-form-urlencoded',
      },
      body.toString(),
    )
    expect(await response.json()).toEqual({ url: 'https://flows.example.test/runs' })
    const lines = [...first.headers.getSetCookie(), ...response.headers.getSetCookie()]
    expect(lines.filter((line) => !/; Secure/.test(line))).toEqual([])
    const session = lines.find((line) => line.includes('session-token')) ?? ''
    expect(session).toMatch(
      /^__Host-next-auth\.session-token=[^;]+; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/,
    )

    const cookie = session.split(';')[0] ?? ''
    expect(await principalOfCookie(cookie)).toMatchObject({ id: ann.id })
    expect(await principalOfCookie(cookie.replace('__Host-', ''))).toBeNull()
    expect(await principalOfCookie(cookie.replace('__Host-', '__Secure-'))).toBeNull()
  })

  it('the inner address is another site', async () => {
    const response = await call('POST', 'signout', { origin: 'http://10.0.0.7:3000' }, 'x=y')
    expect(response.status).toBe(403)
  })
})

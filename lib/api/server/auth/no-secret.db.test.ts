import { describe, expect, it, vi } from 'vitest'
import { authenticate } from '../../../auth/authenticate'
import { insertSession } from '../../../db/sessions'
import { makeKey, makePerson, makeTeam, sealCookie } from '../../../testing/people'
import { handleAuth } from './auth-door'

// Before anything reads the environment.
vi.hoisted(() => {
  process.env.NEXTAUTH_SECRET = ''
})

describe('an installation without a cookie secret', () => {
  it.each([' ', 'undefined', 'x'.repeat(40)])('lets nobody in by a cookie sealed with %j', async (secret) => {
    const person = await makePerson(await makeTeam(), 'owner')
    const expiresAt = new Date(Date.now() + 60_000)
    const { id } = await insertSession({ userId: person.id, teamId: person.team.id, expiresAt, userAgent: '' })
    const cookie = await sealCookie({ sid: id, sub: person.id }, secret)
    const request = new Request('http://localhost:3000/v1/me', { headers: { cookie } })
    await expect(authenticate(request)).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  it('lets nobody sign in', async () => {
    for (const [method, path] of [
      ['GET', 'csrf'],
      ['GET', 'session'],
      ['POST', 'callback/credentials'],
    ] as const) {
      const body = method === 'POST' ? 'email=a&password=b' : undefined
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const response = await handleAuth(
        new Request(`http://localhost:3000/api/auth/${path}`, { method, headers, body }),
        path.split('/'),
      )
      expect([path, response.status]).toEqual([path, 503])
    }
  })

  it('still knows API keys', async () => {
    const { secret } = await makeKey(await makePerson(await makeTeam(), 'owner'))
    const request = new Request('http://localhost:3000/v1/me', { headers: { 'x-api-key': secret } })
    expect((await authenticate(request)).kind).toBe('api_key')
  })
})

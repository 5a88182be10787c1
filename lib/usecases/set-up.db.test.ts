import { beforeEach, describe, expect, it } from 'vitest'
import { renewSetupToken } from '../auth/setup-token'
import { prisma } from '../db/client'
import { readSetting } from '../db/settings'
import { SETUP_TOKEN_KEY } from '../db/teams'
import { anyUserExists } from '../db/users'
import { setUp } from './set-up'
import { signIn } from './sign-in'

const founder = {
  email: 'Ann@Example.test',
  name: 'Ann',
  password: 'correct horse battery',
  teamName: 'Ann & friends',
  userAgent: 'test',
}
let hosts = 0
const from = () => `203.0.113.${++hosts}`
const newToken = async () => (await renewSetupToken()) ?? ''

beforeEach(async () => {
  await prisma().team.deleteMany({})
  await prisma().user.deleteMany({})
})

describe('the first visit', () => {
  it('makes owner, team and project, and signs the owner in', async () => {
    const signedIn = await setUp({ ...founder, token: await newToken(), address: from() })
    const member = await prisma().membership.findFirstOrThrow({
      include: { team: { include: { projects: true } }, user: true },
    })
    expect(member).toMatchObject({
      role: 'owner',
      user: { id: signedIn.userId, email: 'ann@example.test', name: 'Ann' },
      team: { name: 'Ann & friends', slug: 'ann-friends', projects: [{ name: 'General' }] },
    })
    expect(await prisma().session.count({ where: { id: signedIn.sessionId, userId: signedIn.userId } })).toBe(1)
    const again = await signIn({ email: founder.email, password: founder.password, address: from(), userAgent: 'test' })
    expect(again.userId).toBe(signedIn.userId)
  })

  it('spends the token, and there is none to come', async () => {
    const token = await newToken()
    await setUp({ ...founder, token, address: from() })
    expect(await readSetting(SETUP_TOKEN_KEY)).toBeNull()
    expect(await renewSetupToken()).toBeNull()
    const second = setUp({ ...founder, email: 'eve@example.test', token, address: from() })
    await expect(second).rejects.toMatchObject({ code: 'forbidden' })
    expect(await prisma().user.count()).toBe(1)
  })

  it('is one of two visitors with the same token', async () => {
    const token = await newToken()
    const visits = ['ann@example.test', 'eve@example.test'].map((email) =>
      setUp({ ...founder, email, token, address: from() }).then(
        () => 'in',
        (error: { code?: string }) => error.code,
      ),
    )
    expect((await Promise.all(visits)).sort()).toEqual(['forbidden', 'in'])
    expect(await prisma().user.count()).toBe(1)
    expect(await prisma().team.count()).toBe(1)
  })

  it.each([
    ['nothing', ''],
    ['a guess', 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
    ['the stored hash', 'hash'],
  ])('is refused with %s for a token', async (_name, guess) => {
    await newToken()
    const stored = (await readSetting(SETUP_TOKEN_KEY)) as { hash: string }
    const token = guess === 'hash' ? stored.hash : guess
    await expect(setUp({ ...founder, token, address: from() })).rejects.toMatchObject({
      code: 'forbidden',
      status: 403,
    })
    expect(await anyUserExists()).toBe(false)
  })

  it('is refused with the token of an earlier start', async () => {
    const earlier = await newToken()
    const latest = await newToken()
    await expect(setUp({ ...founder, token: earlier, address: from() })).rejects.toMatchObject({ code: 'forbidden' })
    expect(await setUp({ ...founder, token: ` ${latest}\n`, address: from() })).toMatchObject({ name: 'Ann' })
  })

  it.each([
    ['email', { email: 'not an address' }],
    ['name', { name: '  ' }],
    ['teamName', { teamName: 'a\u0000b' }],
    ['password', { password: 'too short' }],
  ])('names the field %s that is not valid, and keeps the token', async (path, wrong) => {
    const token = await newToken()
    const refused = setUp({ ...founder, ...wrong, token, address: from() })
    await expect(refused).rejects.toMatchObject({ code: 'validation_failed', errors: [{ path }] })
    expect(await setUp({ ...founder, token, address: from() })).toMatchObject({ name: 'Ann' })
  })

  it('stays closed when somebody has an account, whatever token is left over', async () => {
    const token = await newToken()
    await prisma().user.create({
      data: { id: crypto.randomUUID(), email: 'x@example.test', name: 'X', passwordHash: '-' },
    })
    await expect(setUp({ ...founder, token, address: from() })).rejects.toMatchObject({ code: 'forbidden' })
    expect(await prisma().user.count()).toBe(1)
  })
})

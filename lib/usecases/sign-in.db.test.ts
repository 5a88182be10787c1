import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { principalOfCookie } from '../auth/authenticate'
import { forgetIdentities } from '../auth/identities'
import { hashPassword } from '../auth/password'
import { prisma } from '../db/client'
import { makePerson, makeTeam, sealCookie, type TestPerson, type TestTeam } from '../testing/people'
import { type SignedIn, signIn } from './sign-in'
import { signOut } from './sign-out'

const PASSWORD = 'correct horse battery'
let hosts = 0
/** Each attempt from another address, so that only the limit under test is met. */
const attempt = (email: string, password = PASSWORD) =>
  signIn({ email, password, address: `203.0.113.${++hosts}`, userAgent: 'test' })
const cookieOf = (signedIn: SignedIn) => sealCookie({ sid: signedIn.sessionId, sub: signedIn.userId })
const notRight = { code: 'unauthenticated', status: 401, message: 'The e-mail or the password is not right.' }

let team: TestTeam
let hash: string
let ann: TestPerson

beforeAll(async () => {
  team = await makeTeam()
  hash = await hashPassword(PASSWORD)
  ann = await makePerson(team, 'editor', hash)
})
beforeEach(forgetIdentities)

describe('signing in', () => {
  it('opens a session that is the person, in the team they belong to, with the role they have', async () => {
    const signedIn = await attempt(ann.email)
    expect(signedIn).toMatchObject({ userId: ann.id, name: ann.name, email: ann.email })
    expect(await principalOfCookie(await cookieOf(signedIn))).toMatchObject({
      kind: 'user',
      id: ann.id,
      role: 'editor',
      team: { id: team.id },
      sessionId: signedIn.sessionId,
    })
  })

  it('knows the account by every spelling of its address', async () => {
    expect(await attempt(`  ${ann.email.toUpperCase()} `)).toMatchObject({ userId: ann.id })
  })

  it('opens a new session each time, so none can be fixed beforehand', async () => {
    const [one, two] = [await attempt(ann.email), await attempt(ann.email)]
    expect(one.sessionId).not.toBe(two.sessionId)
  })

  it('ends after 14 days at the latest', async () => {
    const { sessionId } = await attempt(ann.email)
    const { expiresAt } = await prisma().session.findUniqueOrThrow({ where: { id: sessionId } })
    expect((expiresAt.getTime() - Date.now()) / (24 * 60 * 60 * 1000)).toBeCloseTo(14, 1)
  })

  it('sweeps sessions that ended more than 30 days ago, and no others', async () => {
    const [old, recent, revoked] = [await attempt(ann.email), await attempt(ann.email), await attempt(ann.email)]
    const daysAgo = (days: number) => new Date(Date.now() - days * 24 * 60 * 60 * 1000)
    const set = (of: SignedIn, data: { expiresAt?: Date; revokedAt?: Date }) =>
      prisma().session.update({ where: { id: of.sessionId }, data })
    await set(old, { expiresAt: daysAgo(31) })
    await set(recent, { expiresAt: daysAgo(29) })
    await set(revoked, { revokedAt: daysAgo(31) })
    await attempt((await makePerson(team, 'viewer', hash)).email)
    const left = await prisma().session.findMany({ select: { id: true } })
    const ids = left.map(({ id }) => id)
    expect([old, recent, revoked].map(({ sessionId }) => ids.includes(sessionId))).toEqual([false, true, false])
  })

  it('says the same of a wrong password, an unknown, a disabled and a teamless account', async () => {
    const disabled = await makePerson(team, 'editor', hash)
    await prisma().user.update({ where: { id: disabled.id }, data: { disabledAt: new Date() } })
    const alone = await makePerson(team, 'editor', hash)
    await prisma().membership.deleteMany({ where: { userId: alone.id } })
    await expect(attempt(ann.email, 'wrong password!')).rejects.toMatchObject(notRight)
    for (const email of ['nobody@example.test', disabled.email, alone.email]) {
      await expect(attempt(email), email).rejects.toMatchObject(notRight)
    }
  })

  it.each([
    ['nothing', ''],
    ['a list', 'a@example.test,b@example.test'],
    ['a quoted local part', '"ann@evil.test"@example.test'],
    ['U+0000', 'ann\0@example.test'],
    ['SQL', "' OR 1=1 --"],
    ['100 kB', `${'x'.repeat(100_000)}@example.test`],
    ['a wildcard', '%'],
    ['a lone surrogate', '\ud800@example.test'],
  ])('is refused, not crashed on: %s as the address', async (_name, email) => {
    await expect(attempt(email)).rejects.toMatchObject(notRight)
  })

  it('is refused after five attempts a minute, also with the right password', async () => {
    const bob = await makePerson(team, 'editor', hash)
    for (let i = 0; i < 5; i++) await expect(attempt(bob.email, `wrong ${i}`)).rejects.toMatchObject(notRight)
    await expect(attempt(bob.email)).rejects.toMatchObject({ code: 'rate_limited', status: 429 })
    expect(await attempt(ann.email)).toMatchObject({ userId: ann.id })
  })
})

describe('signing out', () => {
  it('makes the cookie worthless at once', async () => {
    const signedIn = await attempt(ann.email)
    const cookie = await cookieOf(signedIn)
    expect(await principalOfCookie(cookie)).not.toBeNull()
    await signOut({ sessionId: signedIn.sessionId })
    expect(await principalOfCookie(cookie)).toBeNull()
  })

  it('leaves the person other sessions', async () => {
    const [here, there] = [await attempt(ann.email), await attempt(ann.email)]
    await signOut({ sessionId: here.sessionId })
    await signOut({ sessionId: here.sessionId })
    expect(await principalOfCookie(await cookieOf(there))).toMatchObject({ id: ann.id })
  })
})

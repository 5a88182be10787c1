import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { authenticate } from '../auth/authenticate'
import { forgetIdentities } from '../auth/identities'
import { grantableScopes, ROLES, SCOPES } from '../auth/permissions'
import type { Principal } from '../auth/principal'
import { pool, prisma } from '../db/client'
import { newId } from '../ids'
import { makeKey, makePerson, makeSession, makeTeam, type TestPerson } from '../testing/people'
import { createKey, MAX_ACTIVE_KEYS } from './create-key'
import { getMe } from './get-me'
import { listKeys } from './list-keys'
import { revokeKey } from './revoke-key'

const DAY_MS = 24 * 60 * 60 * 1000

let owner: TestPerson
let ownerCaller: Principal

beforeAll(async () => {
  owner = await makePerson(await makeTeam('Ops'), 'owner')
  ownerCaller = await callerOf(owner)
})
beforeEach(forgetIdentities)

async function callerOf(person: TestPerson): Promise<Principal> {
  const { cookie } = await makeSession(person)
  return authenticate(new Request('http://localhost:3000/', { headers: { cookie } }))
}

async function byKey(secret: string): Promise<Principal> {
  return authenticate(new Request('http://localhost:3000/', { headers: { 'x-api-key': secret } }))
}

describe('creating a key', () => {
  it('shows the secret in the answer, and keeps only its hash', async () => {
    const key = await createKey({
      principal: ownerCaller,
      name: 'CI',
      scopes: ['workflows:execute'],
      expiresInDays: 90,
    })
    expect(await byKey(key.secret)).toMatchObject({ id: key.id, scopes: ['workflows:execute'], userId: owner.id })
    expect(key).toMatchObject({
      name: 'CI',
      created_by: owner.name,
      revoked_at: null,
      last_used_at: null,
      can_revoke: true,
    })
    const { rows } = await pool().query<{ row: string }>('SELECT k::text AS row FROM api_keys k WHERE id = $1', [
      key.id,
    ])
    expect(rows[0]?.row).not.toContain(key.secret.slice(20))
  })

  it('gives it the end that was asked for', async () => {
    const key = await createKey({ principal: ownerCaller, name: 'short', scopes: ['runs:read'], expiresInDays: 7 })
    const days = (Date.parse(key.expires_at ?? '') - Date.now()) / DAY_MS
    expect(days).toBeCloseTo(7, 1)
  })

  it.each(ROLES)('lets a(n) %s grant no more than the role may do', async (role) => {
    const principal = { ...ownerCaller, role }
    const granted = grantableScopes(role)
    for (const scope of SCOPES.filter((each) => !granted.includes(each))) {
      const refused = createKey({ principal, name: 'too much', scopes: [...granted, scope], expiresInDays: 1 })
      await expect(refused, scope).rejects.toMatchObject({
        code: 'validation_failed',
        message: expect.stringContaining(scope),
      })
    }
  })

  it('lets a key grant no more than it holds itself', async () => {
    const principal = { ...ownerCaller, kind: 'api_key' as const, scopes: ['runs:read' as const] }
    const refused = createKey({ principal, name: 'wider', scopes: ['runs:write'], expiresInDays: 1 })
    await expect(refused).rejects.toMatchObject({ code: 'validation_failed', errors: [{ path: 'scopes.0' }] })
  })

  it('stops at twenty working keys of one person, however many ask at once', async () => {
    const busy = await makePerson(owner.team, 'editor')
    const principal = await callerOf(busy)
    const attempts = Array.from({ length: MAX_ACTIVE_KEYS + 5 }, (_, i) =>
      createKey({ principal, name: `key ${i}`, scopes: ['runs:read'], expiresInDays: 1 }).then(
        () => 'made',
        (error: { code?: string }) => error.code,
      ),
    )
    const outcomes = await Promise.all(attempts)
    expect(outcomes.filter((outcome) => outcome === 'made')).toHaveLength(MAX_ACTIVE_KEYS)
    expect(outcomes.filter((outcome) => outcome === 'limit_reached')).toHaveLength(5)

    const [first] = (await listKeys({ principal })).items.filter((key) => key.created_by === busy.name)
    await revokeKey({ principal, keyId: first?.id ?? '' })
    const again = await createKey({ principal, name: 'room again', scopes: ['runs:read'], expiresInDays: 1 })
    expect(again.name).toBe('room again')
  })
})

describe('listing keys', () => {
  it('shows the team its own keys, working ones first, and never a secret', async () => {
    const team = await makeTeam()
    const [ann, bob] = [await makePerson(team, 'owner'), await makePerson(team, 'editor')]
    const ended = await makeKey(ann, ['runs:read'], new Date(Date.now() - 1000))
    const older = await makeKey(ann, ['runs:read'])
    const newer = await makeKey(bob, ['runs:write'])
    const foreign = await makeKey(owner)
    const { items, next_cursor } = await listKeys({ principal: await callerOf(bob) })
    expect(items.map((key) => key.id)).toEqual([newer.id, older.id, ended.id])
    expect(items.map((key) => key.can_revoke)).toEqual([true, false, false])
    expect(next_cursor).toBeNull()
    const text = JSON.stringify(items)
    for (const { secret } of [ended, older, newer, foreign]) expect(text).not.toContain(secret)
  })
})

describe('revoking a key', () => {
  it('ends it at once in this process, and again changes nothing', async () => {
    const key = await makeKey(owner)
    await byKey(key.secret)
    await revokeKey({ principal: ownerCaller, keyId: key.id })
    await expect(byKey(key.secret)).rejects.toMatchObject({ code: 'unauthenticated' })
    const { revokedAt } = await prisma().apiKey.findUniqueOrThrow({ where: { id: key.id } })
    await revokeKey({ principal: ownerCaller, keyId: key.id })
    expect((await prisma().apiKey.findUniqueOrThrow({ where: { id: key.id } })).revokedAt).toEqual(revokedAt)
  })

  it('of a colleague takes an owner or an admin', async () => {
    const [editor, admin] = [await makePerson(owner.team, 'editor'), await makePerson(owner.team, 'admin')]
    const key = await makeKey(owner)
    const refused = revokeKey({ principal: await callerOf(editor), keyId: key.id })
    await expect(refused).rejects.toMatchObject({ code: 'forbidden', message: expect.stringContaining(owner.name) })
    expect(await byKey(key.secret)).toMatchObject({ id: key.id })
    await revokeKey({ principal: await callerOf(admin), keyId: key.id })
    await expect(byKey(key.secret)).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  it('of another team finds nothing, exactly as for a key that does not exist', async () => {
    const stranger = await callerOf(await makePerson(await makeTeam(), 'owner'))
    const key = await makeKey(owner)
    const refusals = await Promise.all(
      [key.id, newId()].map((keyId) => revokeKey({ principal: stranger, keyId }).catch((error: Error) => error)),
    )
    expect(refusals[0]).toMatchObject({ code: 'not_found', status: 404 })
    expect(refusals[0]).toEqual(refusals[1])
    expect(await byKey(key.secret)).toMatchObject({ id: key.id })
  })
})

describe('asking who is calling', () => {
  it('tells a person and a key apart', async () => {
    const key = await makeKey(owner, ['runs:read'])
    expect(await getMe({ principal: ownerCaller })).toEqual({
      kind: 'user',
      id: owner.id,
      name: owner.name,
      email: owner.email,
      role: 'owner',
      scopes: null,
      team: { id: owner.team.id, name: 'Ops', slug: expect.any(String) },
      teams: [{ id: owner.team.id, name: 'Ops', slug: expect.any(String), role: 'owner' }],
    })
    expect(await getMe({ principal: await byKey(key.secret) })).toMatchObject({
      kind: 'api_key',
      id: key.id,
      scopes: ['runs:read'],
    })
  })
})

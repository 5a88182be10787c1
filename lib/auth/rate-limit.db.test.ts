import { describe, expect, it } from 'vitest'
import { pool } from '../db/client'
import { forgetSingleton } from '../db/process'
import { newId } from '../ids'
import type { Principal } from './principal'
import { CALLS_PER_MINUTE, countCall, countSetUp, countSignIn, forgetSignInsOf } from './rate-limit'

const tooMany = { code: 'rate_limited', status: 429 }
let hosts = 0
const freshAddress = () => `198.51.100.${++hosts}`

function aKey(): Principal {
  const id = newId()
  const team = { id: newId(), name: 'Ops', slug: 'ops' }
  return { kind: 'api_key', id, userId: newId(), name: 'key "CI"', email: null, role: 'owner', scopes: ['admin'], team }
}

describe('calls of one key', () => {
  it('are counted down, and refused with the time to wait when the budget is spent', async () => {
    const key = aKey()
    expect(await countCall(key)).toEqual({ limit: CALLS_PER_MINUTE, remaining: CALLS_PER_MINUTE - 1, resetSeconds: 60 })
    for (let i = 1; i < CALLS_PER_MINUTE; i++) await countCall(key)
    const refused = await countCall(key).catch((error: unknown) => error)
    expect(refused).toMatchObject(tooMany)
    expect(refused).toHaveProperty('retryAfterSeconds', expect.any(Number))
  })

  it('do not touch the budget of another key', async () => {
    expect((await countCall(aKey())).remaining).toBe(CALLS_PER_MINUTE - 1)
  })
})

describe('attempts to sign in', () => {
  it('are at most five a minute for one account, from wherever, in whatever spelling', async () => {
    const spellings = [
      'Ann@Example.test',
      'ann@example.test ',
      'ANN@EXAMPLE.TEST',
      '\uff41nn@example.test',
      'ann@example.test',
    ]
    for (const email of spellings) await countSignIn({ address: freshAddress(), email })
    await expect(countSignIn({ address: freshAddress(), email: 'ann@example.test' })).rejects.toMatchObject(tooMany)
    await expect(countSignIn({ address: freshAddress(), email: 'bob@example.test' })).resolves.toBeUndefined()
  })

  it('are at most ten a minute from one network, for whatever accounts', async () => {
    for (let i = 0; i < 10; i++) await countSignIn({ address: `2001:db8:7:7::${i + 1}`, email: `p${i}@example.test` })
    const next = countSignIn({ address: '2001:db8:7:7:ffff::1', email: 'p11@example.test' })
    await expect(next).rejects.toMatchObject(tooMany)
    await expect(countSignIn({ address: '2001:db8:7:8::1', email: 'p12@example.test' })).resolves.toBeUndefined()
  })

  it('are counted across processes', async () => {
    const email = 'two.processes@example.test'
    for (let i = 0; i < 5; i++) await countSignIn({ address: freshAddress(), email })
    forgetSingleton('rate.sign-in.account') // what a second process starts with
    await expect(countSignIn({ address: freshAddress(), email })).rejects.toMatchObject(tooMany)
  })

  it('start afresh for who got in', async () => {
    const email = 'forgetful@example.test'
    for (let i = 0; i < 5; i++) await countSignIn({ address: freshAddress(), email })
    await forgetSignInsOf(' Forgetful@Example.test')
    await expect(countSignIn({ address: freshAddress(), email })).resolves.toBeUndefined()
  })

  it('leave no account name in the database', async () => {
    await countSignIn({ address: freshAddress(), email: 'secret.name@example.test' })
    const { rows } = await pool().query<{ key: string }>('SELECT key FROM rate_limits')
    expect(rows.length).toBeGreaterThan(0)
    expect(rows.filter(({ key }) => key.includes('secret.name'))).toEqual([])
  })

  it('take bounded room however long the names are', async () => {
    await countSignIn({ address: freshAddress(), email: `${'x'.repeat(100_000)}@example.test` })
    const { rows } = await pool().query<{ longest: number }>('SELECT max(length(key)) AS longest FROM rate_limits')
    expect(rows[0]?.longest).toBeLessThan(100)
  })
})

describe('attempts to use the set-up token', () => {
  it('are at most ten a minute from one network', async () => {
    const address = freshAddress()
    for (let i = 0; i < 10; i++) await countSetUp(address)
    await expect(countSetUp(address)).rejects.toMatchObject(tooMany)
  })
})

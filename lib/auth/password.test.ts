import { describe, expect, it } from 'vitest'
import { hashPassword, verifyPassword } from './password'

const PASSWORD = 'correct horse battery'

describe('passwords', () => {
  it('are stored as Argon2id with a salt of their own', async () => {
    const [one, two] = await Promise.all([hashPassword(PASSWORD), hashPassword(PASSWORD)])
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(one).not.toBe(two)
    expect(one).not.toContain(PASSWORD)
  })

  it('open with the same text only', async () => {
    const stored = await hashPassword(PASSWORD)
    expect(await verifyPassword(stored, PASSWORD)).toBe(true)
    expect(await verifyPassword(stored, 'Correct horse battery')).toBe(false)
    expect(await verifyPassword(stored, `${PASSWORD} `)).toBe(false)
    expect(await verifyPassword(stored, '')).toBe(false)
  })

  it('open whichever way the keyboard composes an accent', async () => {
    const stored = await hashPassword('caf\u00e9 au lait, merci')
    expect(await verifyPassword(stored, 'cafe\u0301 au lait, merci')).toBe(true)
  })

  it('never open an account that does not exist or whose hash is broken', async () => {
    expect(await verifyPassword(null, PASSWORD)).toBe(false)
    expect(await verifyPassword('', PASSWORD)).toBe(false)
    expect(await verifyPassword('$argon2id$nonsense', PASSWORD)).toBe(false)
  })

  it('cost an unknown account the very work of a known one', async () => {
    // The stand-in hash has the parameters of a fresh one; time itself is not measured on a shared machine.
    const { readFile } = await import('node:fs/promises')
    const source = await readFile(new URL('./password.ts', import.meta.url), 'utf8')
    const standIn = /\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+\$/.exec(source)?.[0]
    expect((await hashPassword(PASSWORD)).startsWith(standIn ?? 'no stand-in')).toBe(true)
  })

  it.each([
    ['short', 'eleven char'],
    ['long', 'x'.repeat(257)],
  ])('are refused when too %s, with the bounds in the message', async (_name, text) => {
    await expect(hashPassword(text)).rejects.toMatchObject({
      code: 'validation_failed',
      errors: [{ path: 'password' }],
    })
    expect(await verifyPassword(await hashPassword('x'.repeat(256)), 'x'.repeat(257))).toBe(false)
  })
})

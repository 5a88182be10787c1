import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { generateApiKey, hashApiKey, isWellFormedApiKey } from './api-key'

describe('API keys', () => {
  it('have a recognisable form, 256 random bits and a checksum', () => {
    const { secret, prefix } = generateApiKey()
    expect(secret).toMatch(/^cs_live_[0-9A-Za-z]{49}$/)
    expect(secret.startsWith(prefix)).toBe(true)
    expect(prefix).toHaveLength(14)
    expect(isWellFormedApiKey(secret)).toBe(true)
  })

  it('are stored as SHA-256, so a dump of the database holds none', () => {
    const { secret, hash } = generateApiKey()
    expect(Buffer.from(hash).toString('hex')).toBe(createHash('sha256').update(secret).digest('hex'))
    expect(hashApiKey(secret)).toEqual(hash)
  })

  it('are never the same twice', () => {
    expect(new Set(Array.from({ length: 1000 }, () => generateApiKey().secret)).size).toBe(1000)
  })

  it('are recognised as mistyped when any one character changes', () => {
    const { secret } = generateApiKey()
    for (let i = 0; i < secret.length; i++) {
      const other = secret[i] === 'a' ? 'b' : 'a'
      expect(isWellFormedApiKey(secret.slice(0, i) + other + secret.slice(i + 1))).toBe(false)
    }
  })

  it.each([
    '',
    'cs_live_',
    'cs_test_abc',
    '%',
    `cs_live_${'!'.repeat(49)}`,
    `cs_live_${'a'.repeat(49)}`,
    'x'.repeat(10_000),
  ])('refuse %j without a query', (text) => {
    expect(isWellFormedApiKey(text)).toBe(false)
  })
})

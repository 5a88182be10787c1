import { describe, expect, it } from 'vitest'
import { generateApiKey, hashApiKey } from './api-key'
import { hashLinkToken, makeLinkToken } from './link-token'
import { hashOAuthSecret, newOAuthSecret } from './oauth/tokens'

const digits = (secret: string) => secret.replace(/^cs_[a-z]+_/, '')
const asBytes = (hash: Uint8Array) => Buffer.from(hash)

/** Everything that opens something by being known: how it is made, what of it is random, and what is kept of it. */
const SECRETS = {
  'an API key': { make: () => generateApiKey().secret, hash: hashApiKey, random: 43 },
  'a link': { make: () => makeLinkToken().token, hash: hashLinkToken, random: 32 },
  'a code of OAuth': { make: () => newOAuthSecret('code'), hash: hashOAuthSecret, random: 43 },
  'an access token': { make: () => newOAuthSecret('access'), hash: hashOAuthSecret, random: 43 },
  'a refresh token': { make: () => newOAuthSecret('refresh'), hash: hashOAuthSecret, random: 43 },
}

describe.each(Object.entries(SECRETS))('%s', (_, { make, hash, random }) => {
  const made = Array.from({ length: 20_000 }, make)

  it('is never the same twice, and no digit of it can be foretold', () => {
    expect(new Set(made).size).toBe(made.length)
    for (let place = 1; place < random - 1; place++) {
      const seen = new Set(made.map((secret) => digits(secret)[place]))
      // Every digit of base62, or base64url, turns up at every place: 5.95 bits each, above 128 in all.
      expect(seen.size).toBeGreaterThanOrEqual(62)
    }
  })

  it('is kept as SHA-256 alone', () => {
    const [first = '', second = ''] = made
    expect(asBytes(hash(first))).toHaveLength(32)
    expect(asBytes(hash(first))).toEqual(asBytes(hash(first)))
    expect(asBytes(hash(first))).not.toEqual(asBytes(hash(second)))
    expect(asBytes(hash(first)).includes(Buffer.from(digits(first)))).toBe(false)
  })
})

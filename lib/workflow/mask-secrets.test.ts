import { describe, expect, it } from 'vitest'
import { draw } from '../testing/definition'
import { MASK, maskSecrets } from './mask-secrets'

const masked = (config: Record<string, unknown>) =>
  maskSecrets(draw(['start>http'], { http: { config } })).nodes.find(({ id }) => id === 'http')?.config

describe('a definition without its secrets', () => {
  it.each([
    [
      { headers: { Authorization: 'Token abc', Accept: 'text/html' } },
      { headers: { Authorization: MASK, Accept: 'text/html' } },
    ],
    [{ headers: [{ name: 'X-Api-Key', value: 'abc' }] }, { headers: [{ name: 'X-Api-Key', value: MASK }] }],
    [{ headers: [{ key: 'Cookie', value: 'a=b' }] }, { headers: [{ key: 'Cookie', value: MASK }] }],
    [
      { body: { password: 'x', client_secret: 5, apiKey: 'y' } },
      { body: { password: MASK, client_secret: MASK, apiKey: MASK } },
    ],
    [{ body: { access_token: { a: 1 } } }, { body: { access_token: MASK } }],
    [{ url: 'https://me:pass@example.test/a' }, { url: `https://${MASK}@example.test/a` }],
    [{ text: 'call with Bearer abcdefgh12345678 please' }, { text: `call with ${MASK} please` }],
    [{ text: 'sk-abcdefghijklmnop1234' }, { text: MASK }],
    [{ text: 'cs_live_abcdefgh12345678' }, { text: MASK }],
  ])('has %j as %j', (config, expected) => {
    expect(masked(config)).toEqual(expected)
  })

  it('keeps what only says where a secret is looked up, and what is no secret', () => {
    const config = {
      headers: { Authorization: '{{ vars.key }}' },
      body: { password: '[[password]]', maxTokens: 5, tokens: 7, keyword: 'x', author: 'Ada', secret: false },
    }
    expect(masked(config)).toEqual(config)
  })

  it('does not keep a secret for the reference beside it', () => {
    expect(masked({ headers: { Authorization: 'Bearer {{ vars.key }}' } })).toEqual({
      headers: { Authorization: MASK },
    })
  })

  it('changes nothing of the definition itself', () => {
    const definition = draw(['start>http'], { http: { config: { headers: { Cookie: 'a=b' } } } })
    const before = structuredClone(definition)
    maskSecrets(definition)
    expect(definition).toEqual(before)
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ID_PREFIXES, NO_SUCH_ID, newId, parseId, requireId, toObjectId, toOrchestration, toPrefixed } from './ids'

const ids = fc
  .tuple(fc.nat({ max: 2 ** 47 }), fc.uint8Array({ minLength: 6, maxLength: 6 }))
  .map(([nowMs, random]) => newId(nowMs, random))

describe('one row, four spellings', () => {
  test('every spelling is computed from the id and leads back to it, in either case of letters where it has letters', () => {
    fc.assert(
      fc.property(ids, (id) => {
        const spellings = [
          id,
          toObjectId(id),
          toOrchestration(id),
          ...Object.values(ID_PREFIXES).map((prefix) => toPrefixed(prefix, id)),
        ]
        for (const spelling of spellings) expect(parseId(spelling), spelling).toBe(id)
        expect(parseId(id.toUpperCase())).toBe(id)
        expect(parseId(toPrefixed('wf', id).toUpperCase())).toBe(id)
        expect(parseId(toOrchestration(id).toLowerCase())).toBe(id)
      }),
    )
  })

  test('the canonical spelling is a UUIDv7 whose last 26 bits are zero', () => {
    fc.assert(
      fc.property(ids, (id) => {
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
        expect(BigInt(`0x${id.replaceAll('-', '')}`) & ((1n << 26n) - 1n)).toBe(0n)
      }),
    )
  })

  test('the forms are those that callers expect', () => {
    const id = newId(0x0192f0c17c1e, Uint8Array.from([0xab, 0xcd, 0xef, 0x12, 0x34, 0x56]))
    expect(toObjectId(id)).toBe('0192f0c17c1eabcdef123456')
    expect(toPrefixed('job', id)).toMatch(/^job_[0-9a-hjkmnp-tv-z]{20}$/)
    expect(toOrchestration(id)).toMatch(/^maip-orch:[0-9A-HJKMNP-TV-Z]{26}$/)
  })

  test('ids sort by time', () => {
    expect(newId(1) < newId(2)).toBe(true)
  })

  test('a well-formed id that cannot be ours is looked up as one that no row has, or as itself', () => {
    expect(parseId('maip-orch:01ARZ3NDEKTSV4RRFFQ69G5FAV')).toBe(NO_SUCH_ID)
    expect(parseId('6ec0bd7f-11c0-43da-975e-2a8ad9ebae0b')).toBe('6ec0bd7f-11c0-43da-975e-2a8ad9ebae0b')
  })

  test.each([
    '',
    'x',
    'wf_',
    'wf_short',
    'wf_00000000000000000000u',
    'zzz_00000000000000000000',
    '0192f0c17c1eabcdef12345',
    '0192F0C17C1EABCDEF123456',
    'maip-orch:',
    'maip-orch:8ZZZZZZZZZZZZZZZZZZZZZZZZZ',
    '../../etc/passwd',
    '6ec0bd7f11c043da975e2a8ad9ebae0b',
  ])('malformed is refused by name: %j', (text) => {
    expect(parseId(text)).toBeUndefined()
    expect(() => requireId(text, 'workflow_id')).toThrow(/workflow_id is not an id/)
  })
})

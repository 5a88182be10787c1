import { describe, expect, test } from 'vitest'
import { matches } from './command-palette'

const bulletin = 'Earthquake bulletin earthquake-bulletin workflow #0192f0c1-7c1e-7abc-8000-5d3c00000000'

describe('finding in the palette', () => {
  test('every word must occur, in any order; a name that begins so comes first', () => {
    expect(matches(bulletin, 'bull earth')).toBeGreaterThan(0)
    expect(matches(bulletin, 'earth')).toBeGreaterThan(matches(bulletin, 'bull'))
    expect(matches(bulletin, 'earth invoice')).toBe(0)
  })

  test('letters that happen to be in an id find nothing; its beginning does', () => {
    expect(matches(bulletin, 'abc')).toBe(0)
    expect(matches(bulletin, '0192f0c1-7c1e')).toBeGreaterThan(0)
  })
})

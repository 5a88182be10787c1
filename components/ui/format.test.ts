import { describe, expect, test } from 'vitest'
import { formatBytes, formatCount, formatDuration, formatRelative, formatUsd, formatUtc } from './format'

const NOW_MS = Date.UTC(2026, 10, 20, 12, 0, 0)
const ago = (seconds: number) => formatRelative(NOW_MS - seconds * 1_000, NOW_MS)

describe('human spellings', () => {
  test('durations have two units at most and never round up to a full next one', () => {
    expect(
      [0, 340, 1_000, 4_260, 9_999, 59_999, 60_000, 192_000, 3_599_999, 7_500_000, 90_000_000].map(formatDuration),
    ).toEqual([
      '0 ms',
      '340 ms',
      '1.0 s',
      '4.2 s',
      '9.9 s',
      '59 s',
      '1 min',
      '3 min 12 s',
      '59 min 59 s',
      '2 h 5 min',
      '1 d 1 h',
    ])
  })

  test('instants are told from now, either way', () => {
    expect([0, 12, 300, 7_200, 100_000, 4 * 86_400].map(ago)).toEqual([
      'just now',
      '12 s ago',
      '5 min ago',
      '2 h ago',
      'yesterday',
      '4 d ago',
    ])
    expect(ago(-300)).toBe('in 5 min')
    expect(formatUtc(NOW_MS + 104)).toBe('2026-11-20 12:00:00.104 UTC')
  })

  test('sizes, counts and money stay short', () => {
    expect([812, 1_240, 34_000, 1_200_000].map(formatBytes)).toEqual(['812 B', '1.2 KB', '34 KB', '1.2 MB'])
    expect([812, 1_240, 34_000, 1_200_000].map(formatCount)).toEqual(['812', '1.2 k', '34 k', '1.2 M'])
    expect([0, 0.00421, 1.2].map(formatUsd)).toEqual(['$0', '$0.0042', '$1.20'])
  })
})

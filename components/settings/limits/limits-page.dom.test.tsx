import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, test } from 'vitest'
import { fakeApi } from '@/components/testing/fake-api'
import { renderPage } from '@/components/testing/render'
import { LIMITS, type Limit, type LimitId } from '@/lib/limits'
import { formatLimit, groupsOf, type LimitItem, whoSets } from './limit-words'
import { LimitsPage } from './limits-page'

const items: LimitItem[] = Object.entries(LIMITS as Record<LimitId, Limit>).map(([id, limit]) => ({
  id: id as LimitId,
  title: limit.title,
  unit: limit.unit,
  value: limit.value,
  ceiling: limit.ceiling,
  set_by: limit.setBy ?? null,
  code: limit.code ?? null,
  behaviour: limit.behaviour,
  warns: limit.warns ?? false,
}))

describe('the page of limits', () => {
  test('shows every limit once, and finds one by any of its words', async () => {
    fakeApi({ 'GET /limits': () => ({ items }) })
    renderPage(<LimitsPage />)
    await screen.findByRole('table', { name: 'Workflows' })
    const rows = () => screen.getAllByRole('table').flatMap((table) => within(table).getAllByRole('row').slice(1))
    expect(rows()).toHaveLength(items.length)
    await userEvent.type(screen.getByRole('searchbox', { name: 'Search limits' }), 'LIMIT_EVENTS')
    expect(rows()).toHaveLength(1)
    expect(rows()[0]?.textContent).toContain('Events of a run')
    await userEvent.type(screen.getByRole('searchbox', { name: 'Search limits' }), 'nonsense')
    await screen.findByText('No limit is called so')
  })
})

describe('a limit', () => {
  test('stands in one group', () => {
    const grouped = groupsOf(items, '').flatMap(({ limits }) => limits.map(({ id }) => id))
    expect(grouped.toSorted()).toEqual(items.map(({ id }) => id).toSorted())
  })

  test.each([
    [1_048_576, 'bytes', '1 MiB'],
    [262_144, 'bytes', '256 KiB'],
    [90, 'days', '90 days'],
    [1, 'attempts', '1 attempt'],
    [300_000, 'ms', '5 min'],
    [20, 'USD', '$20'],
    [100_000, 'items', '100\u202f000'],
  ] as const)('of %d %s reads %s', (value, unit, words) => {
    expect(formatLimit(value, unit)).toBe(words)
  })

  test('says who may change it', () => {
    const setBy = (set_by: string | null) => whoSets({ set_by } as LimitItem).who
    expect(['LIMIT_EVENTS', 'settings.maxSteps', 'expires_in_days', null].map(setBy)).toEqual([
      'Operator:',
      'Author:',
      'Caller:',
      'Fixed',
    ])
  })
})

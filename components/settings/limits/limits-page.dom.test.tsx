import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, test, vi } from 'vitest'
import { fakeApi, problem } from '@/components/testing/fake-api'
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

describe('the number of runs at once', () => {
  const me = (role: string) => ({
    kind: 'user',
    id: 'u1',
    name: 'Kim',
    email: null,
    role,
    scopes: null,
    teams: [],
    team: { id: 't1', name: 'Team', slug: 'team' },
  })
  const withRuns = (runs: number) => ({
    items: items.map((item) => (item.id === 'team_runs' ? { ...item, value: runs } : item)),
  })
  const field = () => screen.findByRole<HTMLInputElement>('spinbutton', { name: 'Runs of this team at once' })
  const save = () => screen.getByRole('button', { name: 'Save' })

  test('is changed by who manages the team; what cannot be is said, and not asked for', async () => {
    let runs = 20
    const calls = fakeApi({
      'GET /me': () => me('admin'),
      'GET /limits': () => withRuns(runs),
      'PATCH /limits': ({ body }) => {
        runs = (body as { team_runs: number }).team_runs
        return withRuns(runs)
      },
    })
    renderPage(<LimitsPage />)
    const input = await field()
    expect(input.value).toBe('20')
    expect(save()).toHaveProperty('disabled', true)
    for (const text of ['0', '10001', '1.5', ' ']) {
      await userEvent.clear(input)
      await userEvent.type(input, `${text}{Enter}`)
      await screen.findByText(/^A whole number from 1 to 10\s000\.$/)
    }
    await userEvent.clear(input)
    await userEvent.type(input, '10000')
    expect(screen.queryByRole('alert')).toBeNull()
    await userEvent.click(save())
    await vi.waitFor(() => expect(save()).toHaveProperty('disabled', true))
    const patches = calls.filter(({ method }) => method === 'PATCH').map(({ body }) => body)
    expect(patches).toEqual([{ team_runs: 10_000 }])
    const row = screen.getByRole('row', { name: /^Runs of a team at once/ })
    await vi.waitFor(() => expect(within(row).getAllByText(/^10\s000$/)).toHaveLength(2))
  })

  test('stays as typed when it is refused, and the refusal is shown', async () => {
    fakeApi({
      'GET /me': () => me('owner'),
      'GET /limits': () => withRuns(20),
      'PATCH /limits': () => problem('forbidden', 'The role viewer does not allow this.'),
    })
    renderPage(<LimitsPage />)
    const input = await field()
    await userEvent.clear(input)
    await userEvent.type(input, '5{Enter}')
    await screen.findByText('The role viewer does not allow this.')
    expect(input.value).toBe('5')
  })

  test('is only shown to everybody else', async () => {
    fakeApi({ 'GET /me': () => me('editor'), 'GET /limits': () => withRuns(7) })
    renderPage(<LimitsPage />)
    const row = await screen.findByRole('row', { name: /^Runs of a team at once/ })
    within(row).getByText('7')
    expect(screen.queryByRole('button', { name: 'Save' })).toBeNull()
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

import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, test } from 'vitest'
import { fakeApi } from '@/components/testing/fake-api'
import { renderPage } from '@/components/testing/render'
import type { ProjectDay, UsageGroup, UsageTotals } from '@/lib/api/contracts/usage'
import { everyDay } from './usage-days'
import { UsagePage } from './usage-page'

function totals(runs: number, more: Partial<UsageTotals> = {}): UsageTotals {
  return {
    runs,
    ended: { completed: runs, failed: 0, cancelled: 0, timed_out: 0, aborted_looping_risk: 0, skipped: 0 },
    open: 0,
    active_seconds: 90,
    calls: 0,
    unpriced_calls: 0,
    input_tokens: 0,
    output_tokens: 0,
    cost_usd: 0,
    latency_ms: 0,
    ...more,
  }
}

const group = (key: string | null, name: string | null, all: UsageTotals): UsageGroup => ({ key, name, ...all })
const priced = totals(2, { calls: 4, input_tokens: 1_500, output_tokens: 500, cost_usd: 1.25, latency_ms: 8_000 })
const groups: Record<string, UsageGroup[]> = {
  day: [group('2026-02-01', null, priced)],
  workflow: [group('w1', 'Quakes', priced)],
  model: [group('openai/mini', null, priced), group('own/model', null, { ...priced, unpriced_calls: 4, cost_usd: 0 })],
  key: [group(null, null, priced)],
  agent: [],
}

function answer(by = 'day', all = priced) {
  return {
    from: '2026-01-31T00:00:00.000Z',
    to: '2026-02-02T10:00:00.000Z',
    group_by: by,
    totals: all,
    items: groups[by] ?? [],
    projects_today: [] as ProjectDay[],
  }
}

describe('the page of usage', () => {
  test('adds up, day by day and in groups, and says what is not known', async () => {
    const calls = fakeApi({ 'GET /usage': ({ query }) => answer(query.group_by) })
    renderPage(<UsagePage />)
    await screen.findAllByText('2.0 k')
    screen.getByRole('img', { name: /Runs by day, 2 at most/ })
    const models = within(await screen.findByRole('table', { name: 'Usage by model' })).getAllByRole('row')
    expect(models.map((row) => row.lastElementChild?.textContent)).toEqual(['Cost', '$1.25', 'not known'])
    expect(screen.getByRole('link', { name: 'Quakes' }).getAttribute('href')).toBe('/runs?workflow=w1')
    expect(screen.queryByRole('table', { name: 'Usage by API key' })).toBeNull()
    await userEvent.click(screen.getByText('The numbers of each day'))
    expect(within(screen.getByRole('table', { name: 'Usage by day' })).getAllByRole('row')).toHaveLength(4)
    await userEvent.click(screen.getByRole('radio', { name: '7 days' }))
    await screen.findByRole('table', { name: 'Usage by model' })
    const spans = calls.map(({ query }) => Math.round((Date.now() - Date.parse(query.from ?? '')) / 86_400_000))
    expect(Math.min(...spans)).toBeLessThanOrEqual(7)
    expect(Math.max(...spans)).toBeGreaterThanOrEqual(29)
  })

  test('warns of a project that comes near what it may pay in a day', async () => {
    const day = (name: string, cost_usd: number, warns: boolean) => ({
      project_id: name,
      name,
      cost_usd,
      limit_usd: 20,
      warns,
    })
    const projects_today = [day('Desk', 16.4, true), day('Lab', 15.9, false)]
    fakeApi({ 'GET /usage': ({ query }) => ({ ...answer(query.group_by), projects_today }) })
    renderPage(<UsagePage />)
    await screen.findByText(/The project “Desk” paid \$16\.40 of the \$20\.00/)
    expect(screen.queryByText(/Lab/)).toBeNull()
  })

  test('without runs says so', async () => {
    fakeApi({ 'GET /usage': ({ query }) => answer(query.group_by, totals(0)) })
    renderPage(<UsagePage />)
    await screen.findByText('No runs in this time')
  })
})

test('every day of a time has its place, also one without runs', () => {
  const days = everyDay(groups.day ?? [], '2026-01-31T00:00:00.000Z', '2026-02-02T10:00:00.000Z')
  expect(days.map(({ day, completed, tokens }) => [day, completed, tokens])).toEqual([
    ['2026-01-31', 0, 0],
    ['2026-02-01', 2, 2_000],
    ['2026-02-02', 0, 0],
  ])
})

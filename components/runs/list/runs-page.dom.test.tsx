import { act, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import type { UrlUpdateEvent } from 'nuqs/adapters/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { fakeApi } from '@/components/testing/fake-api'
import { renderPage } from '@/components/testing/render'
import type { RunSummary } from '@/lib/api/contracts/runs'
import { RunsPage } from './runs-page'
import { localOf, minuteOf } from './time-range'

vi.mock('../stream/use-runs-stream', () => ({ useRunsStream: () => ({ state: 'live' }) }))
afterEach(() => {
  vi.useRealTimers()
})

const HOUR_MS = 3_600_000

function run(id: string, ageMs: number, labels: string[] = []): RunSummary {
  return {
    id,
    workflow_id: 'w1',
    workflow_name: `Run ${id}`,
    version: null,
    status: 'completed',
    trigger: 'api',
    run_by: '',
    waiting_for: null,
    error_reason: null,
    error_summary: null,
    turn: 1,
    last_seq: 5,
    tokens: 0,
    cost_usd: 0,
    created_at: new Date(Date.now() - ageMs).toISOString(),
    started_at: null,
    ended_at: null,
    parent_run_id: null,
    source_run_id: null,
    agent_id: null,
    labels,
    link_url: '',
  }
}

const none = () => ({ items: [], next_cursor: null })

/** The page with these runs, what it asked for them with, and what its address says. */
function open(search: string, runs: RunSummary[] = [], next_cursor: string | null = null) {
  const calls = fakeApi({
    'GET /runs': () => ({ items: runs, next_cursor, searched_to: null }),
    'GET /workflows': none,
    'GET /agents': none,
  })
  let address = new URLSearchParams(search)
  const onUrlUpdate = ({ searchParams }: UrlUpdateEvent) => {
    address = searchParams
  }
  renderPage(<RunsPage />, { search, onUrlUpdate })
  return {
    asked: () => calls.filter(({ path }) => path === '/runs').at(-1)?.query ?? {},
    address: () => Object.fromEntries(address),
  }
}

const shown = () => screen.getAllByRole('link', { name: /^Run / }).map(({ textContent }) => textContent)

async function chooseTime(name: string) {
  await userEvent.click(screen.getByRole('combobox', { name: 'Time' }))
  await userEvent.click(await screen.findByRole('option', { name }))
}

describe('the runs of a time', () => {
  test('are those of a span that ends now, and moves on with the clock', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] })
    const runs = [run('young', HOUR_MS / 2), run('old', HOUR_MS - 60_000), run('gone', HOUR_MS + 60_000)]
    const { asked } = open('?time=1h', runs, 'more')
    await screen.findAllByText('Run young')
    expect(new Set(shown())).toEqual(new Set(['Run young', 'Run old']))
    // All that is further back is older still.
    expect(screen.queryByRole('button', { name: 'Load more' })).toBeNull()
    const began = Date.parse(asked().created_after ?? '')
    expect(began).toBeLessThanOrEqual(Date.now() - HOUR_MS)
    expect(began).toBeGreaterThan(Date.now() - HOUR_MS - HOUR_MS / 12)
    act(() => void vi.advanceTimersByTime(2 * 60_000))
    expect(new Set(shown())).toEqual(new Set(['Run young']))
    expect(Date.parse(asked().created_after ?? '')).toBe(began)
  })

  test('are chosen from a list and cleared', async () => {
    const { asked, address } = open('', [run('1', 1_000)])
    await screen.findAllByText('Run 1')
    expect(asked()).toEqual({ limit: '50' })
    expect(screen.queryByRole('button', { name: 'Clear' })).toBeNull()
    await chooseTime('Last 7 days')
    await vi.waitFor(() => expect(asked()).toHaveProperty('created_after'))
    expect(address()).toEqual({ time: '7d' })
    await userEvent.click(screen.getByRole('button', { name: 'Clear' }))
    await vi.waitFor(() => expect(address()).toEqual({}))
    expect(screen.getByRole('combobox', { name: 'Time' }).textContent).toBe('Any time')
  })

  test('are those from one minute until another, on the clock of the reader', async () => {
    const { asked, address } = open('?time=7d')
    await screen.findByText('No run matches')
    await chooseTime('Custom')
    const [from, until] = [screen.getByLabelText('From'), screen.getByLabelText('Until')]
    const began = Date.parse(`${(from as HTMLInputElement).value}:00`)
    expect(Math.abs(Date.now() - 7 * 24 * HOUR_MS - began)).toBeLessThan(5 * 60_000)
    await userEvent.clear(from)
    await userEvent.type(from, '2026-02-01T10:00')
    await userEvent.type(until, '2026-02-02T11:30')
    const [first, last] = [minuteOf('2026-02-01T10:00'), minuteOf('2026-02-02T11:30')]
    await vi.waitFor(() => expect(asked()).toMatchObject({ created_after: first, created_before: last }))
    expect(address()).toEqual({ time: 'custom', from: first, until: last })
    await userEvent.clear(until)
    await userEvent.type(until, '2026-02-01T09:59')
    await screen.findByText('This ends before it begins.')
    await chooseTime('Any time')
    await vi.waitFor(() => expect(address()).toEqual({}))
    expect(screen.queryByLabelText('From')).toBeNull()
  })

  test('are taken from an address without a name for the time, and nonsense in it is no filter', async () => {
    const { asked } = open('?from=2026-02-01T10:00:30Z&until=nonsense', [run('1', 0)])
    await screen.findAllByText('Run 1')
    expect(asked()).toEqual({ limit: '50', created_after: '2026-02-01T10:00Z' })
    expect((screen.getByLabelText('From') as HTMLInputElement).value).toBe(localOf('2026-02-01T10:00Z'))
  })
})

describe('the runs with a label', () => {
  test('are found by a label that is typed, or seen in the list', async () => {
    const { asked, address } = open('', [run('1', 0, ['nightly', 'eu']), run('2', 0, ['eu'])])
    await screen.findAllByText('Run 1')
    await userEvent.click(screen.getByRole('button', { name: 'Label: Any label' }))
    await userEvent.type(await screen.findByRole('textbox', { name: 'Label' }), ' spring campaign {Enter}')
    await vi.waitFor(() => expect(asked().label).toBe('spring campaign'))
    expect(address()).toEqual({ label: 'spring campaign' })
    await userEvent.click(screen.getByRole('button', { name: 'Label: spring campaign' }))
    await userEvent.click(await screen.findByRole('button', { name: 'nightly' }))
    await vi.waitFor(() => expect(asked().label).toBe('nightly'))
    await userEvent.click(screen.getByRole('button', { name: 'Label: nightly' }))
    await userEvent.click(await screen.findByRole('button', { name: 'Any label' }))
    await vi.waitFor(() => expect(address()).toEqual({}))
  })
})

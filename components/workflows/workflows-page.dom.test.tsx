import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { type FakeCall, fakeApi, problem } from '@/components/testing/fake-api'
import { renderPage } from '@/components/testing/render'
import type { WorkflowSummary } from '@/lib/api/contracts/workflows'
import { WorkflowsPage } from './workflows-page'

const push = vi.fn()
vi.mock('next/navigation', () => ({ useRouter: () => ({ push }) }))
vi.mock('@/components/runs/stream/use-runs-stream', () => ({ useRunsStream: () => ({ state: 'live' }) }))

const me = {
  kind: 'user',
  id: 'u1',
  name: 'Kim',
  email: null,
  role: 'owner',
  scopes: null,
  teams: [],
  team: { id: 't1', name: 'Team', slug: 'team' },
}

function summary(id: string, name: string): WorkflowSummary {
  return {
    id,
    slug: name.toLowerCase(),
    name,
    description: '',
    tags: [],
    status: 'published',
    project_id: 'p1',
    active_version: { number: 3, label: '3', created_at: '2026-01-01T00:00:00Z' },
    draft_revision: 1,
    has_unpublished_changes: false,
    node_count: 2,
    recent_runs: [],
    run_count: 0,
    owner: 'Kim',
    created_at: '2026-01-01T00:00:00Z',
    updated_at: '2026-01-01T00:00:00Z',
  }
}

const bulletin = summary('w1', 'Bulletin')
const intake = summary('w2', 'Intake')

function listing(...items: WorkflowSummary[]) {
  return ({ query }: FakeCall) => ({
    items: items.filter((item) => item.name.toLowerCase().includes((query.search ?? '').toLowerCase())),
    next_cursor: null,
  })
}

function table() {
  return screen.findByRole('table', { name: 'Workflows' })
}

beforeEach(() => {
  vi.clearAllMocks()
})

describe('the list of workflows', () => {
  test('search and status live in the address and narrow the list', async () => {
    const onUrlUpdate = vi.fn()
    const calls = fakeApi({ 'GET /me': () => me, 'GET /workflows': listing(bulletin, intake) })
    renderPage(<WorkflowsPage />, { search: '?status=published', onUrlUpdate })
    expect(within(await table()).getAllByRole('row')).toHaveLength(3)
    await userEvent.type(screen.getByRole('searchbox', { name: 'Search workflows' }), 'intake')
    await waitFor(() => expect(within(screen.getByRole('table')).queryByText('Bulletin')).toBeNull())
    await waitFor(() => expect(onUrlUpdate.mock.lastCall?.[0].queryString).toBe('?status=published&q=intake'))
    expect(calls.filter((call) => call.path === '/workflows').at(-1)?.query).toEqual({
      search: 'intake',
      status: 'published',
    })
  })

  test('nothing yet offers to create, to import and to start from a template', async () => {
    fakeApi({ 'GET /me': () => me, 'GET /workflows': listing() })
    renderPage(<WorkflowsPage />)
    await screen.findByText('Draw your first workflow')
    expect(screen.getByRole('button', { name: 'Import JSON' })).toBeTruthy()
    await userEvent.click(screen.getByRole('button', { name: 'Draft and countersign' }))
    const dialog = await screen.findByRole('dialog', { name: 'New workflow' })
    expect(within(dialog).getByLabelText<HTMLInputElement>('Name').value).toBe('Draft and countersign')
  })

  test('nothing that matches offers to show all', async () => {
    fakeApi({ 'GET /me': () => me, 'GET /workflows': listing(bulletin) })
    renderPage(<WorkflowsPage />, { search: '?q=zzz' })
    await userEvent.click(await screen.findByRole('button', { name: 'Show all workflows' }))
    expect(
      within(await table())
        .getByRole('link', { name: 'Bulletin' })
        .getAttribute('href'),
    ).toBe('/workflows/w1')
  })

  test('a failed load says why and can be tried again', async () => {
    let broken = true
    fakeApi({
      'GET /me': () => me,
      'GET /workflows': (call) => (broken ? problem('unavailable', 'The database restarts.') : listing(bulletin)(call)),
    })
    renderPage(<WorkflowsPage />)
    await screen.findByText('The database restarts.')
    broken = false
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }))
    await table()
  })

  test('a viewer is offered nothing that would be refused', async () => {
    fakeApi({ 'GET /me': () => ({ ...me, role: 'viewer' }), 'GET /workflows': listing(bulletin) })
    renderPage(<WorkflowsPage />)
    await table()
    await waitFor(() => expect(screen.queryByRole('button', { name: 'New workflow' })).toBeNull())
    expect(screen.queryByRole('button', { name: 'Run Bulletin' })).toBeNull()
  })
})

describe('creating', () => {
  test('sends a start and an end, and opens the designer', async () => {
    const calls = fakeApi({
      'GET /me': () => me,
      'GET /workflows': listing(bulletin),
      'POST /workflows': () => ({ ...intake, id: 'w9' }),
    })
    renderPage(<WorkflowsPage />, { search: '?dialog=new' })
    await userEvent.type(await screen.findByLabelText('Name'), 'Invoice check')
    await userEvent.click(screen.getByRole('button', { name: 'Create and open' }))
    await waitFor(() => expect(push).toHaveBeenCalledWith('/workflows/w9'))
    const sent = calls.find((call) => call.method === 'POST')?.body
    expect(sent).toMatchObject({ name: 'Invoice check', definition: { nodes: [{ type: 'start' }, { type: 'end' }] } })
  })

  test('without a name asks for one; a refusal stands at its field', async () => {
    fakeApi({
      'GET /me': () => me,
      'GET /workflows': listing(bulletin),
      'POST /workflows': () =>
        problem('validation_failed', 'name: taken', { errors: [{ path: 'name', message: 'This name is taken.' }] }),
    })
    renderPage(<WorkflowsPage />, { search: '?dialog=new' })
    await userEvent.click(await screen.findByRole('button', { name: 'Create and open' }))
    expect(screen.getByRole('alert').textContent).toBe('Give the workflow a name.')
    await userEvent.type(screen.getByLabelText('Name'), 'Bulletin')
    await userEvent.click(screen.getByRole('button', { name: 'Create and open' }))
    expect((await screen.findByRole('alert')).textContent).toBe('This name is taken.')
    expect(push).not.toHaveBeenCalled()
  })
})

describe('deleting', () => {
  test('asks first, and the list is read again', async () => {
    const items = [bulletin, intake]
    const calls = fakeApi({
      'GET /me': () => me,
      'GET /workflows': (call) => listing(...items)(call),
      'DELETE /workflows/w1': () => {
        items.shift()
        return undefined
      },
    })
    renderPage(<WorkflowsPage />)
    await userEvent.click(within(await table()).getByRole('button', { name: 'More for Bulletin' }))
    await userEvent.click(await screen.findByRole('menuitem', { name: 'Delete…' }))
    expect(calls.some((call) => call.method === 'DELETE')).toBe(false)
    await userEvent.click(await screen.findByRole('button', { name: 'Delete workflow' }))
    await waitFor(() => expect(within(screen.getByRole('table')).queryByText('Bulletin')).toBeNull())
  })
})

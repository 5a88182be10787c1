import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, test } from 'vitest'
import { fakeApi, problem } from '@/components/testing/fake-api'
import { renderPage } from '@/components/testing/render'
import type { Agent } from '@/lib/api/contracts/agents'
import type { Me } from '@/lib/api/contracts/keys'
import { AgentsPage } from './agents-page'

function agent(name: string, more: Partial<Agent> = {}): Agent {
  return {
    id: name,
    team_id: 't1',
    name,
    is_default: false,
    created_at: '2026-02-01T10:00:00.000Z',
    workflow_count: 0,
    ...more,
  }
}

function me(role: Me['role']): Me {
  const team = { id: 't1', name: 'Team', slug: 't' }
  return { kind: 'user', id: 'u1', name: 'Kim', email: null, role, scopes: null, team, teams: [] }
}

const list = (...items: Agent[]) => ({ items, next_cursor: null })
const agents = list(agent('Default agent', { is_default: true }), agent('Desk', { workflow_count: 2 }))

async function choose(name: string, item: string): Promise<void> {
  await userEvent.click(await screen.findByRole('button', { name: `Actions for ${name}` }))
  await userEvent.click(await screen.findByRole('menuitem', { name: item }))
}

describe('the page of agents', () => {
  test('shows who is the default and what names an agent', async () => {
    fakeApi({ 'GET /me': () => me('viewer'), 'GET /agents': () => agents })
    renderPage(<AgentsPage />)
    const rows = within(await screen.findByRole('table', { name: 'Agents' })).getAllByRole('row')
    expect(rows.map((row) => /Default(?! agent)/.test(row.textContent ?? ''))).toEqual([false, true, false])
    expect(within(rows[2] ?? document.body).getAllByText('2 workflows').length).toBeGreaterThan(0)
    expect(screen.queryByRole('button', { name: /New agent|Actions for/ })).toBeNull()
  })

  test('makes an agent, and says when the name is taken', async () => {
    const names: unknown[] = []
    fakeApi({
      'GET /me': () => me('admin'),
      'GET /agents': () => agents,
      'POST /agents': ({ body }) => {
        names.push(body)
        return names.length === 1 ? problem('conflict', 'An agent called "Desk" exists already.') : agent('Night desk')
      },
    })
    renderPage(<AgentsPage />)
    await userEvent.click(await screen.findByRole('button', { name: 'New agent' }))
    await userEvent.click(screen.getByRole('button', { name: 'Create agent' }))
    await screen.findByText('Give the agent a name.')
    await userEvent.type(screen.getByLabelText('Name'), 'Desk')
    await userEvent.click(screen.getByRole('button', { name: 'Create agent' }))
    await screen.findByText('An agent called "Desk" exists already.')
    await userEvent.clear(screen.getByLabelText('Name'))
    await userEvent.type(screen.getByLabelText('Name'), ' Night desk ')
    await userEvent.click(screen.getByRole('button', { name: 'Create agent' }))
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(names).toEqual([{ name: 'Desk' }, { name: 'Night desk' }])
  })

  test('renames, makes the default and deletes, saying what hangs on it', async () => {
    const calls = fakeApi({
      'GET /me': () => me('owner'),
      'GET /agents': () => agents,
      'PATCH /agents/Desk': () => agent('Desk'),
      'DELETE /agents/Desk': () => undefined,
    })
    renderPage(<AgentsPage />)
    await choose('Desk', 'Make it the default')
    await choose('Desk', 'Rename')
    await userEvent.type(await screen.findByLabelText('Name'), ' two')
    await userEvent.click(screen.getByRole('button', { name: 'Rename' }))
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    await choose('Desk', 'Delete')
    await screen.findByText(/2 workflows name it and fall back to the team’s default agent/)
    await userEvent.click(screen.getByRole('button', { name: 'Delete agent' }))
    await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull())
    const changes = calls.filter(({ method }) => method !== 'GET').map(({ method, body }) => [method, body])
    expect(changes).toEqual([
      ['PATCH', { is_default: true }],
      ['PATCH', { name: 'Desk two' }],
      ['DELETE', undefined],
    ])
  })
})

import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import { fakeApi, problem } from '@/components/testing/fake-api'
import { renderPage } from '@/components/testing/render'
import type { Grant } from '@/lib/api/contracts/grants'
import { ConnectedAppsPage } from './connected-apps-page'

const grant: Grant = {
  id: 'g1',
  client_name: 'Desk agent',
  described_by: null,
  user: { id: 'u2', name: 'Grace' },
  is_own: false,
  scopes: ['workflows:read', 'runs:read'],
  created_at: '2026-01-02T03:04:05.000Z',
  last_used_at: null,
}
const page = (...items: Grant[]) => ({ items, next_cursor: null })

test('without connected apps says how they come to be', async () => {
  fakeApi({ 'GET /api/oauth/grants': () => page() })
  renderPage(<ConnectedAppsPage />)
  expect(await screen.findByText('No connected apps')).toBeTruthy()
})

test('an app is disconnected when it is confirmed; a refusal is said', async () => {
  let apps = page(grant)
  let refused = true
  const calls = fakeApi({
    'GET /api/oauth/grants': () => apps,
    'DELETE /api/oauth/grants/g1': () => {
      if (refused) return problem('not_found', 'There is no such connected app.')
      apps = page()
      return undefined
    },
  })
  renderPage(<ConnectedAppsPage />)
  await userEvent.click(await screen.findByRole('button', { name: 'Disconnect Desk agent' }))
  expect(screen.getByText('Grace')).toBeTruthy()
  expect(calls.filter(({ method }) => method === 'DELETE')).toEqual([])
  await userEvent.click(screen.getByRole('button', { name: 'Disconnect app' }))
  expect(await screen.findByText('There is no such connected app.')).toBeTruthy()
  refused = false
  await userEvent.click(screen.getByRole('button', { name: 'Disconnect app' }))
  expect(await screen.findByText('No connected apps')).toBeTruthy()
})

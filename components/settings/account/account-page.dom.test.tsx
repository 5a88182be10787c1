import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'
import { fakeApi, problem } from '@/components/testing/fake-api'
import { renderPage } from '@/components/testing/render'
import type { OwnSession } from '@/lib/api/contracts/account'
import type { Me } from '@/lib/api/contracts/keys'
import { AccountPage } from './account-page'

const AT = '2026-01-02T03:04:05.000Z'
const team = { id: 't1', name: 'Night desk', slug: 'n' }
const me: Me = {
  kind: 'user',
  id: 'u1',
  name: 'Kim',
  email: 'kim@example.test',
  role: 'owner',
  scopes: null,
  team,
  teams: [
    { ...team, role: 'owner' },
    { id: 't2', name: 'Day desk', slug: 'd', role: 'viewer' },
  ],
}
const session = (id: string, user_agent: string, is_current: boolean): OwnSession => ({
  id,
  user_agent,
  team: 'Night desk',
  created_at: AT,
  last_seen_at: AT,
  expires_at: AT,
  is_current,
})
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

function api(routes: Parameters<typeof fakeApi>[0] = {}) {
  return fakeApi({
    'GET /me': () => me,
    'GET /api/auth/sessions': () => ({
      items: [session('s1', FIREFOX, true), session('s2', 'curl/8.5.0', false)],
      next_cursor: null,
    }),
    ...routes,
  })
}
const changing = (calls: ReturnType<typeof fakeApi>) =>
  calls.filter(({ method }) => method !== 'GET').map(({ method, path, body }) => [method, path, body])

test('the password is changed with the present one; what is wrong is said at its field', async () => {
  let answer: object | undefined = problem('validation_failed', 'No.', {
    errors: [{ path: 'current_password', message: 'This is not your present password.' }],
  })
  const calls = api({ 'POST /api/auth/password': () => answer })
  renderPage(<AccountPage />)
  const send = () => userEvent.click(screen.getByRole('button', { name: 'Change password' }))
  await send()
  expect(screen.getByText('Enter your present password.')).toBeTruthy()
  expect(screen.getByText('Use 12 characters or more.')).toBeTruthy()
  await userEvent.type(screen.getByLabelText('Present password'), 'one that was')
  await userEvent.type(screen.getByLabelText('New password'), 'one that will be')
  await send()
  expect(await screen.findByText('This is not your present password.')).toBeTruthy()
  answer = undefined
  await send()
  await waitFor(() => expect(screen.getByLabelText('New password')).toHaveProperty('value', ''))
  const body = { current_password: 'one that was', new_password: 'one that will be' }
  expect(changing(calls)).toEqual([
    ['POST', '/api/auth/password', body],
    ['POST', '/api/auth/password', body],
  ])
})

test('another session is ended, this one is not offered', async () => {
  const calls = api({ 'DELETE /api/auth/sessions/s2': () => undefined })
  renderPage(<AccountPage />)
  await userEvent.click(await screen.findByRole('button', { name: 'End the session in curl/8.5.0' }))
  expect(screen.getByText('Firefox on Linux')).toBeTruthy()
  expect(screen.queryByRole('button', { name: 'End the session in Firefox on Linux' })).toBeNull()
  await waitFor(() => expect(changing(calls)).toEqual([['DELETE', '/api/auth/sessions/s2', undefined]]))
})

test('a person turns to another team, renames this one and founds a further one', async () => {
  const assign = vi.fn()
  vi.stubGlobal('location', { ...window.location, assign })
  const calls = api({
    'POST /api/auth/team': () => undefined,
    'POST /teams': () => ({ id: 't3', name: 'Third', slug: 't', role: 'owner' }),
    'PATCH /teams/t1': () => ({ ...team, name: 'Renamed', role: 'owner' }),
  })
  renderPage(<AccountPage />)
  await userEvent.click(await screen.findByRole('button', { name: 'Switch to Day desk' }))
  await waitFor(() => expect(assign).toHaveBeenCalledWith('/workflows'))
  await userEvent.click(screen.getByRole('button', { name: 'Rename Night desk' }))
  const name = await screen.findByRole('textbox', { name: 'Name of the team' })
  await userEvent.clear(name)
  await userEvent.type(name, 'Renamed{Enter}')
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  await userEvent.click(screen.getByRole('button', { name: 'New team' }))
  await userEvent.click(await screen.findByRole('button', { name: 'Create team' }))
  expect(screen.getByText('Give the team a name.')).toBeTruthy()
  await userEvent.type(screen.getByRole('textbox', { name: 'Name of the team' }), 'Third{Enter}')
  await waitFor(() => expect(assign).toHaveBeenCalledTimes(2))
  expect(changing(calls)).toEqual([
    ['POST', '/api/auth/team', { team_id: 't2' }],
    ['PATCH', '/teams/t1', { name: 'Renamed' }],
    ['POST', '/teams', { name: 'Third' }],
    ['POST', '/api/auth/team', { team_id: 't3' }],
  ])
})

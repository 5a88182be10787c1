import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, test } from 'vitest'
import { fakeApi, problem } from '@/components/testing/fake-api'
import { renderPage } from '@/components/testing/render'
import type { ApiKey, Me } from '@/lib/api/contracts/keys'
import { ApiKeysPage } from './api-keys-page'

const DAY_MS = 24 * 60 * 60 * 1000
const fromNow = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString()
const SECRET = 'cs_live_notARealKeyButShapedLikeOne'

function me(role: Me['role'] = 'owner'): Me {
  return {
    kind: 'user',
    id: 'u1',
    name: 'Kim',
    email: null,
    role,
    scopes: null,
    team: { id: 't1', name: 'Team', slug: 't' },
    teams: [],
  }
}

function key(name: string, more: Partial<ApiKey> = {}): ApiKey {
  return {
    id: name,
    name,
    prefix: 'cs_live_aBcDeF',
    scopes: ['runs:read'],
    created_by: 'Kim',
    created_at: fromNow(-10),
    expires_at: fromNow(80),
    last_used_at: null,
    revoked_at: null,
    can_revoke: true,
    ...more,
  }
}

const page = (...items: ApiKey[]) => ({ items, next_cursor: null })

describe('the list of keys', () => {
  test('shows how each key stands, in words, and keeps those that ended apart', async () => {
    const keys = page(
      key('fresh'),
      key('soon', { expires_at: fromNow(3) }),
      key('old', { expires_at: fromNow(-1) }),
      key('ended', { revoked_at: fromNow(-2) }),
    )
    fakeApi({ 'GET /me': () => me(), 'GET /keys': () => keys })
    renderPage(<ApiKeysPage />)
    const working = await screen.findByRole('table', { name: 'Keys that work' })
    const rowOf = (name: string) => screen.getByText(name).closest('tr') ?? document.body
    expect(within(working).getAllByRole('row')).toHaveLength(3)
    for (const [name, word] of [
      ['fresh', 'Active'],
      ['soon', 'Ends soon'],
      ['old', 'Expired'],
      ['ended', 'Revoked'],
    ] as const) {
      expect(within(rowOf(name)).getAllByText(word).length).toBeGreaterThan(0)
    }
    expect(screen.getByText('2 keys that no longer work')).toBeTruthy()
    expect(within(rowOf('ended')).queryByRole('button', { name: /Revoke/ })).toBeNull()
  })

  test('offers to revoke only what the caller may revoke', async () => {
    const keys = page(key('mine'), key('theirs', { can_revoke: false }))
    fakeApi({ 'GET /me': () => me('editor'), 'GET /keys': () => keys })
    renderPage(<ApiKeysPage />)
    await screen.findByRole('button', { name: 'Revoke mine' })
    expect(screen.queryByRole('button', { name: 'Revoke theirs' })).toBeNull()
  })

  test('without keys says what they are for and offers to make one', async () => {
    fakeApi({ 'GET /me': () => me(), 'GET /keys': () => page() })
    renderPage(<ApiKeysPage />)
    await screen.findByText('No API keys yet')
    await userEvent.click(screen.getByRole('button', { name: 'New key' }))
    expect(await screen.findByRole('dialog', { name: 'New API key' })).toBeTruthy()
  })

  test('says whose role it takes to see them', async () => {
    const message = 'The role viewer in Team does not allow this; it takes one of: owner, admin, editor.'
    fakeApi({ 'GET /me': () => me('viewer'), 'GET /keys': () => problem('forbidden', message) })
    renderPage(<ApiKeysPage />)
    expect(await screen.findByText(message)).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull()
  })
})

describe('a new key', () => {
  async function dialog(role: Me['role'] = 'owner') {
    const calls = fakeApi({
      'GET /me': () => me(role),
      'GET /keys': () => page(),
      'POST /keys': () => ({ ...key('CI'), secret: SECRET }),
    })
    renderPage(<ApiKeysPage />, { search: '?dialog=new' })
    await waitFor(() => expect(screen.getByRole('checkbox', { name: /^Read runs/ })).toHaveProperty('disabled', false))
    return calls
  }

  test('has no rights until some are chosen, and a name', async () => {
    const calls = await dialog()
    expect(screen.getAllByRole('checkbox').filter((box) => box.getAttribute('aria-checked') === 'true')).toEqual([])
    await userEvent.click(screen.getByRole('button', { name: 'Create key' }))
    expect(screen.getByText('Choose at least one.')).toBeTruthy()
    expect(screen.getByText(/Say what the key is for/)).toBeTruthy()
    expect(calls.filter(({ method }) => method === 'POST')).toEqual([])
  })

  test('gets exactly the rights that are ticked, and ends in 90 days unless said otherwise', async () => {
    const calls = await dialog()
    await userEvent.type(screen.getByRole('textbox', { name: 'Name' }), 'CI')
    await userEvent.click(screen.getByRole('button', { name: 'Read only' }))
    await userEvent.click(screen.getByRole('checkbox', { name: /^Decide approvals/ }))
    await userEvent.click(screen.getByRole('checkbox', { name: /^Read workflows/ }))
    await userEvent.click(screen.getByRole('button', { name: 'Create key' }))
    await screen.findByText(SECRET)
    const sent = calls.find(({ method }) => method === 'POST')
    expect(sent?.body).toEqual({ name: 'CI', scopes: ['runs:read', 'approvals:decide'], expires_in_days: 90 })
  })

  test('stays on the screen until the person says it is copied, and is gone afterwards', async () => {
    await dialog()
    await userEvent.type(screen.getByRole('textbox', { name: 'Name' }), 'CI')
    await userEvent.click(screen.getByRole('button', { name: 'Read only' }))
    await userEvent.click(screen.getByRole('button', { name: 'Create key' }))
    await screen.findByText(SECRET)
    expect(screen.queryByRole('button', { name: 'Close' })).toBeNull()
    await userEvent.keyboard('{Escape}')
    expect(screen.getByText(SECRET)).toBeTruthy()
    await userEvent.click(screen.getByRole('button', { name: 'I have copied it' }))
    await waitFor(() => expect(document.body.textContent).not.toContain(SECRET))
  })

  test('cannot be given what the role does not allow', async () => {
    await dialog('editor')
    expect(screen.getByRole('checkbox', { name: /^Everything/ })).toHaveProperty('disabled', true)
    expect(screen.getByRole('checkbox', { name: /^Publish workflows/ })).toHaveProperty('disabled', false)
  })
})

describe('revoking', () => {
  test('asks first, and begins at the harmless answer', async () => {
    let keys = page(key('CI'))
    const calls = fakeApi({
      'GET /me': () => me(),
      'GET /keys': () => keys,
      'DELETE /keys/CI': () => {
        keys = page(key('CI', { revoked_at: fromNow(0) }))
        return undefined
      },
    })
    renderPage(<ApiKeysPage />)
    await userEvent.click(await screen.findByRole('button', { name: 'Revoke CI' }))
    expect(document.activeElement?.textContent).toBe('Cancel')
    expect(calls.filter(({ method }) => method === 'DELETE')).toEqual([])
    await userEvent.click(screen.getByRole('button', { name: 'Revoke key' }))
    await screen.findByText('1 key that no longer works')
    expect(screen.queryByRole('alertdialog')).toBeNull()
  })

  test('stays open and says why when it is refused', async () => {
    fakeApi({
      'GET /me': () => me(),
      'GET /keys': () => page(key('CI')),
      'DELETE /keys/CI': () => problem('forbidden', 'Only Kim, an owner or an admin can revoke this key.'),
    })
    renderPage(<ApiKeysPage />)
    await userEvent.click(await screen.findByRole('button', { name: 'Revoke CI' }))
    await userEvent.click(screen.getByRole('button', { name: 'Revoke key' }))
    expect(await screen.findByText(/Only Kim, an owner or an admin/)).toBeTruthy()
    expect(screen.getByRole('alertdialog')).toBeTruthy()
  })
})

import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, test } from 'vitest'
import { fakeApi, problem } from '@/components/testing/fake-api'
import { renderPage } from '@/components/testing/render'
import type { Me } from '@/lib/api/contracts/keys'
import type { Invitation, Member } from '@/lib/api/contracts/members'
import { MembersPage } from './members-page'

const AT = '2026-01-02T03:04:05.000Z'
const LINK = 'http://countersign.test/join/not-a-real-token'

function me(role: Me['role'] = 'owner'): Me {
  const team = { id: 't1', name: 'Night desk', slug: 'n' }
  return { kind: 'user', id: 'u1', name: 'Kim', email: null, role, scopes: null, team, teams: [{ ...team, role }] }
}
function member(user_id: string, more: Partial<Member> = {}): Member {
  const may = { change: true, remove: true, reset_password: true }
  const name = `Person ${user_id}`
  const email = `${user_id}@example.test`
  return { user_id, name, email, role: 'editor', joined_at: AT, last_seen_at: null, is_disabled: false, may, ...more }
}
const invitation: Invitation = {
  id: 'i1',
  email: 'grace@example.test',
  name: 'Grace',
  role: 'runner',
  invited_by: 'Kim',
  created_at: AT,
  expires_at: AT,
}
const page = <Item,>(...items: Item[]) => ({ items, next_cursor: null })
const rowOf = (name: string) => within(screen.getByText(name).closest('tr') ?? document.body)

function api(routes: Parameters<typeof fakeApi>[0] = {}, role: Me['role'] = 'owner') {
  return fakeApi({
    'GET /me': () => me(role),
    'GET /members': () =>
      page(member('u1', { role, may: { change: false, remove: true, reset_password: false } }), member('u2')),
    'GET /invitations': () => page(),
    ...routes,
  })
}

describe('the members', () => {
  test('are listed with what they are and what may be done', async () => {
    const theirs = member('u3', { role: 'owner', may: { change: false, remove: false, reset_password: false } })
    api({ 'GET /members': () => page(member('u1'), member('u2', { last_seen_at: AT, is_disabled: true }), theirs) })
    renderPage(<MembersPage />)
    await screen.findByText('Person u2')
    expect(rowOf('Person u1').getByText('You')).toBeTruthy()
    expect(rowOf('Person u2').getByText('Disabled')).toBeTruthy()
    expect(rowOf('Person u2').getByRole('combobox', { name: 'Role of Person u2' }).textContent).toContain('Editor')
    expect(rowOf('Person u3').getByText('Owner')).toBeTruthy()
    expect(rowOf('Person u3').queryByRole('combobox')).toBeNull()
    expect(rowOf('Person u3').queryByRole('button')).toBeNull()
  })

  test('of a team are looked at by who does not manage them', async () => {
    api({ 'GET /invitations': () => problem('forbidden', 'The role viewer does not allow this.') }, 'viewer')
    renderPage(<MembersPage />)
    await screen.findByText('Person u2')
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Invite' })).toBeNull())
    expect(screen.queryByText('Invitations that wait')).toBeNull()
  })

  test('get another role, or it is said why not', async () => {
    const calls = api({ 'PATCH /members/u2': () => problem('conflict', 'This is the last owner of the team.') })
    renderPage(<MembersPage />)
    await screen.findByText('Person u2')
    const choice = () => screen.getByRole('combobox', { name: 'Role of Person u2' })
    choice().focus()
    await userEvent.keyboard('{Enter}')
    await userEvent.click(await screen.findByRole('option', { name: 'Approver' }))
    await waitFor(() => expect(calls.find(({ method }) => method === 'PATCH')?.body).toEqual({ role: 'approver' }))
    await waitFor(() => expect(choice().textContent).toContain('Editor'))
  })
})

describe('inviting', () => {
  const dialog = (routes: Parameters<typeof fakeApi>[0], role?: Me['role']) => {
    const calls = api(routes, role)
    renderPage(<MembersPage />, { search: '?dialog=invite' })
    return calls
  }
  const send = async () => userEvent.click(screen.getByRole('button', { name: 'Invite' }))

  test('says what each role may do, and offers none above one’s own', async () => {
    dialog({}, 'admin')
    const owner = await screen.findByRole('radio', { name: /^Owner/ })
    await waitFor(() => expect(screen.getByRole('radio', { name: /^Admin/ })).toHaveProperty('disabled', false))
    expect(owner).toHaveProperty('disabled', true)
    const names = screen.getAllByRole('radio').map((radio) => radio.closest('label')?.textContent)
    expect(names).toEqual([
      'OwnerSees workflows and runs, edits and publishes workflows, starts and controls runs, decides approvals, makes API keys, manages members, makes other owners. Your role cannot give it.',
      'AdminSees workflows and runs, edits and publishes workflows, starts and controls runs, decides approvals, makes API keys, manages members.',
      'EditorSees workflows and runs, edits and publishes workflows, starts and controls runs, decides approvals, makes API keys.',
      'RunnerSees workflows and runs, starts and controls runs.',
      'ApproverSees workflows and runs, decides approvals.',
      'ViewerOnly sees workflows and runs.',
    ])
  })

  test('shows the link until the person says it is copied, and never again', async () => {
    const made = { member: null, invitation: { ...invitation, link: LINK } }
    const calls = dialog({ 'POST /members': () => made })
    await send()
    expect(await screen.findByText(/Enter an e-mail address/)).toBeTruthy()
    await userEvent.type(screen.getByRole('textbox', { name: 'E-mail' }), 'grace@example.test')
    await userEvent.type(screen.getByRole('textbox', { name: /^Name/ }), 'Grace')
    await userEvent.click(screen.getByRole('radio', { name: /^Runner/ }))
    await send()
    const shown = `${window.location.origin}/join/not-a-real-token`
    expect((await screen.findByTestId('one-time-link')).textContent).toBe(shown)
    const sent = calls.filter(({ method }) => method === 'POST').map(({ body }) => body)
    expect(sent).toEqual([{ email: 'grace@example.test', name: 'Grace', role: 'runner' }])
    await userEvent.keyboard('{Escape}')
    expect(screen.getByTestId('one-time-link')).toBeTruthy()
    await userEvent.click(screen.getByRole('button', { name: 'I have copied it' }))
    await waitFor(() => expect(document.body.textContent).not.toContain('not-a-real-token'))
  })

  test('of who has an account is done at once; a refusal is said at its field', async () => {
    let answer: object = problem('conflict', 'No.', { errors: [{ path: 'email', message: 'A member already.' }] })
    dialog({ 'POST /members': () => answer })
    await userEvent.type(await screen.findByRole('textbox', { name: 'E-mail' }), 'u2@example.test')
    await send()
    expect(await screen.findByText('A member already.')).toBeTruthy()
    answer = { member: member('u2'), invitation: null }
    await send()
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  })

  test('waits in a list of its own, from which it is revoked or gets a new link', async () => {
    let waiting = page(invitation)
    const calls = api({
      'GET /invitations': () => waiting,
      'POST /members': () => ({ member: null, invitation: { ...invitation, link: LINK } }),
      'DELETE /invitations/i1': () => {
        waiting = page()
        return undefined
      },
    })
    renderPage(<MembersPage />)
    await userEvent.click(await screen.findByRole('button', { name: 'New link for grace@example.test' }))
    expect((await screen.findByTestId('one-time-link')).textContent).toContain('/join/not-a-real-token')
    await userEvent.click(screen.getByRole('button', { name: 'I have copied it' }))
    await userEvent.click(await screen.findByRole('button', { name: 'Revoke the invitation of grace@example.test' }))
    await waitFor(() => expect(screen.queryByText('grace@example.test')).toBeNull())
    expect(calls.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /members',
      'DELETE /invitations/i1',
    ])
  })
})

describe('removing', () => {
  async function ask(name: string, item: string) {
    screen.getByRole('button', { name: `More for ${name}` }).focus()
    await userEvent.keyboard('{Enter}')
    await userEvent.click(await screen.findByRole('menuitem', { name: item }))
  }

  test('asks first, begins at the harmless answer, and stays open to say why it is refused', async () => {
    const calls = api({ 'DELETE /members/u2': () => problem('conflict', 'This is the last owner of the team.') })
    renderPage(<MembersPage />)
    await screen.findByText('Person u2')
    await ask('Person u2', 'Remove from the team')
    await screen.findByRole('alertdialog', { name: 'Remove Person u2?' })
    expect(document.activeElement?.textContent).toBe('Cancel')
    expect(calls.filter(({ method }) => method === 'DELETE')).toEqual([])
    await userEvent.click(screen.getByRole('button', { name: 'Remove member' }))
    expect(await screen.findByText('This is the last owner of the team.')).toBeTruthy()
    expect(screen.getByRole('alertdialog')).toBeTruthy()
  })

  test('oneself is leaving', async () => {
    api()
    renderPage(<MembersPage />)
    await screen.findByText('Person u2')
    await ask('Person u1', 'Leave the team')
    expect(await screen.findByRole('alertdialog', { name: 'Leave Night desk?' })).toBeTruthy()
  })

  test('is not the only thing: a link for a new password is made when asked for', async () => {
    const calls = api({ 'POST /members/u2/reset-link': () => ({ link: 'http://x.test/reset/secret', expires_at: AT }) })
    renderPage(<MembersPage />)
    await screen.findByText('Person u2')
    await ask('Person u2', 'Link for a new password')
    await screen.findByRole('dialog', { name: 'A new password for Person u2' })
    expect(calls.filter(({ method }) => method === 'POST')).toEqual([])
    await userEvent.click(screen.getByRole('button', { name: 'Make the link' }))
    expect((await screen.findByTestId('one-time-link')).textContent).toContain('/reset/secret')
  })
})

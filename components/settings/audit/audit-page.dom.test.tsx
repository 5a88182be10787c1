import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, test } from 'vitest'
import { fakeApi, problem } from '@/components/testing/fake-api'
import { renderPage } from '@/components/testing/render'
import type { AuditRecord } from '@/lib/api/contracts/audit'
import { AuditPage } from './audit-page'

function record(seq: number, more: Partial<AuditRecord> = {}): AuditRecord {
  return {
    id: `r${seq}`,
    team_id: 't1',
    seq,
    at: '2026-02-01T10:00:00.000Z',
    actor: { kind: 'user', id: 'u1', name: 'Kim' },
    action: 'key.created',
    target: { type: 'key', id: 'k1', name: 'CI' },
    details: { scopes: ['runs:read'] },
    request_id: 'req-7',
    ip: '203.0.113.7',
    previous_hash: 'a'.repeat(64),
    hash: 'b'.repeat(64),
    ...more,
  }
}

const page = (items: AuditRecord[], next_cursor: string | null = null) => ({ items, next_cursor })

describe('the audit page', () => {
  test('tells what was done in words, and older records when asked', async () => {
    const calls = fakeApi({
      'GET /audit': ({ query }) =>
        query.cursor === 'more'
          ? page([record(1, { action: 'team.founded', target: { type: 'team', id: 't1', name: 'Ops' } })])
          : page([record(2)], 'more'),
    })
    renderPage(<AuditPage />)
    await screen.findByRole('button', { name: 'Created an API key: CI' })
    await userEvent.click(screen.getByRole('button', { name: 'Older records' }))
    await screen.findByRole('button', { name: 'Set up the team: Ops' })
    expect(screen.queryByRole('button', { name: 'Older records' })).toBeNull()
    expect(calls.map(({ query }) => query.cursor)).toEqual([undefined, 'more'])
  })

  test('shows one record with its hashes, and finds what else its actor did', async () => {
    const calls = fakeApi({ 'GET /audit': () => page([record(2)]) })
    renderPage(<AuditPage />)
    await userEvent.click(await screen.findByRole('button', { name: 'Created an API key: CI' }))
    const sheet = within(await screen.findByRole('dialog', { name: 'Created an API key' }))
    for (const text of ['b'.repeat(64), 'a'.repeat(64), 'req-7', '203.0.113.7', 'key.created']) sheet.getByText(text)
    await userEvent.click(sheet.getByRole('button', { name: 'All that they did' }))
    await screen.findByRole('button', { name: 'All actors' })
    expect(calls.at(-1)?.query.actor_id).toBe('u1')
  })

  test('filters by what it is about and by days, and exports the same days', async () => {
    const calls = fakeApi({ 'GET /audit': () => page([]) })
    renderPage(<AuditPage />)
    await screen.findByText('Nothing was done yet')
    await userEvent.type(screen.getByLabelText('From'), '2026-02-01')
    await screen.findByText('Nothing was done that fits')
    const from = new Date(2026, 1, 1).toISOString()
    expect(calls.at(-1)?.query).toMatchObject({ from })
    const href = screen.getByRole('link', { name: 'Export' }).getAttribute('href') ?? ''
    expect(new URL(href, 'http://localhost').searchParams.get('from')).toBe(from)
    await userEvent.click(screen.getByRole('button', { name: 'Clear the filters' }))
    await screen.findByText('Nothing was done yet')
  })

  test('verifies the log and says clearly that it is whole', async () => {
    const head = { seq: 12, hash: 'c'.repeat(64) }
    fakeApi({
      'GET /audit': () => page([record(12)]),
      'GET /audit/verify': () => ({ valid: true, records: 12, after: { seq: 0, hash: 'x' }, head, fault: null }),
    })
    renderPage(<AuditPage />)
    await userEvent.click(screen.getByRole('button', { name: 'Verify' }))
    await screen.findByText('The log is whole.')
    screen.getByText(head.hash)
  })

  test('says as clearly where it was tampered with', async () => {
    const place = { seq: 0, hash: 'x' }
    const fault = { seq: 3, message: 'Record 3 was changed.' }
    fakeApi({
      'GET /audit': () => page([record(12)]),
      'GET /audit/verify': () => ({ valid: false, records: 2, after: place, head: place, fault }),
    })
    renderPage(<AuditPage />)
    await userEvent.click(screen.getByRole('button', { name: 'Verify' }))
    await screen.findByText('The log was tampered with.')
    screen.getByText(/Record 3 was changed\. The 2 records before it/)
  })

  test('says why it may not be seen', async () => {
    fakeApi({ 'GET /audit': () => problem('forbidden', 'The role editor does not allow this.') })
    renderPage(<AuditPage />)
    await screen.findByText('The role editor does not allow this.')
  })
})

import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, test } from 'vitest'
import { fakeApi, problem } from '@/components/testing/fake-api'
import { renderPage } from '@/components/testing/render'
import { ApiError } from '@/lib/api/client/error'
import { queryKey, useApi, useApiMutation, useApiPages } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import { shouldRetry } from './providers'

function Me() {
  const { data, error } = useApi(contracts.getMe)
  return <p>{error ? error.message : (data?.name ?? 'loading')}</p>
}

function Keys() {
  const keys = useApiPages(contracts.listKeys)
  const create = useApiMutation(contracts.createKey, { invalidates: [contracts.listKeys] })
  return (
    <>
      <p>{keys.data?.pages.flatMap((page) => page.items.map((key) => key.name)).join(', ')}</p>
      <button type="button" onClick={() => void keys.fetchNextPage()}>
        more
      </button>
      <button type="button" onClick={() => create.mutate({ body: { name: 'new', scopes: ['runs:read'] } })}>
        create
      </button>
    </>
  )
}

describe('reads', () => {
  test('a refusal is not asked again', async () => {
    const calls = fakeApi({ 'GET /me': () => problem('forbidden', 'Your role does not allow this.') })
    renderPage(<Me />)
    await screen.findByText('Your role does not allow this.')
    expect(calls).toHaveLength(1)
  })

  test('a fault of the server is tried again', async () => {
    let failures = 0
    const calls = fakeApi({
      'GET /me': () => (failures++ === 0 ? problem('unavailable', 'Restarting.') : { name: 'Kim' }),
    })
    renderPage(<Me />)
    await screen.findByText('Kim')
    expect(calls).toHaveLength(2)
  })

  test('silence is tried twice more, a refusal never', () => {
    const silence = new ApiError({ code: 'network', status: 0, title: '', message: '' })
    const refusal = new ApiError({ code: 'not_found', status: 404, title: '', message: '' })
    expect([0, 1, 2].map((failures) => shouldRetry(failures, silence))).toEqual([true, true, false])
    expect(shouldRetry(0, refusal)).toBe(false)
  })

  test('pages follow the cursor, and a change reads the list again', async () => {
    const names = ['a', 'b']
    const calls = fakeApi({
      'GET /keys': ({ query }) =>
        query.cursor === 'after-a'
          ? { items: names.slice(1).map((name) => ({ name })), next_cursor: null }
          : { items: [{ name: names[0] }], next_cursor: 'after-a' },
      'POST /keys': ({ body }) => {
        names.push((body as { name: string }).name) // the test's own body
        return { id: '3' }
      },
    })
    renderPage(<Keys />)
    await screen.findByText('a')
    await userEvent.click(screen.getByRole('button', { name: 'more' }))
    await screen.findByText('a, b')
    await userEvent.click(screen.getByRole('button', { name: 'create' }))
    await screen.findByText('a, b, new')
    await waitFor(() => expect(calls.filter((call) => call.method === 'POST')).toHaveLength(1))
  })

  test('keys are the operation, then what was asked', () => {
    expect(queryKey(contracts.getRun)).toEqual(['getRun'])
    expect(queryKey(contracts.getRun, { params: { run_id: '1' } })).toEqual(['getRun', { run_id: '1' }, {}])
  })
})

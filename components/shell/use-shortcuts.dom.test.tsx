import { act, renderHook, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { renderPage } from '@/components/testing/render'
import { useCharacterShortcuts, useShortcuts } from './use-shortcuts'

const go = vi.fn()
const approve = vi.fn()

function Page() {
  useShortcuts({ 'g w': go, a: approve })
  const [, setEnabled] = useCharacterShortcuts()
  return (
    <>
      <input aria-label="name" />
      <button type="button" onClick={() => setEnabled(false)}>
        off
      </button>
    </>
  )
}

beforeEach(() => {
  vi.clearAllMocks()
  const { result } = renderHook(() => useCharacterShortcuts())
  act(() => result.current[1](true))
})

describe('letters as commands', () => {
  test('one letter and a sequence', async () => {
    renderPage(<Page />)
    await userEvent.keyboard('a')
    await userEvent.keyboard('gw')
    expect(approve).toHaveBeenCalledOnce()
    expect(go).toHaveBeenCalledOnce()
  })

  test('mean nothing while typing, with a modifier, or in a broken sequence', async () => {
    renderPage(<Page />)
    await userEvent.keyboard('{Control>}a{/Control}')
    await userEvent.keyboard('gxw')
    await userEvent.type(screen.getByLabelText('name'), 'a gw')
    expect(approve).not.toHaveBeenCalled()
    expect(go).not.toHaveBeenCalled()
  })

  test('can be switched off', async () => {
    renderPage(<Page />)
    await userEvent.click(screen.getByRole('button', { name: 'off' }))
    await userEvent.keyboard('a')
    expect(approve).not.toHaveBeenCalled()
  })
})

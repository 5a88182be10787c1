import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { describe, expect, test, vi } from 'vitest'
import { renderPage } from '@/components/testing/render'
import { ConfirmDialog } from './alert-dialog'
import { Button } from './button'
import { CopyButton } from './copy-button'
import { Field } from './field'
import { Input } from './input'
import { JsonView } from './json-view'
import { Progress } from './progress'
import { Segmented } from './segmented'
import { Time } from './time'

describe('Button', () => {
  test('never submits by accident', () => {
    renderPage(<Button>Save</Button>)
    expect(screen.getByRole('button').getAttribute('type')).toBe('button')
  })

  test('acts once while its work is under way, and keeps its name', async () => {
    const onClick = vi.fn()
    const onSubmit = vi.fn((event: { preventDefault(): void }) => event.preventDefault())
    renderPage(
      <form onSubmit={onSubmit}>
        <Button type="submit" pending onClick={onClick}>
          Save
        </Button>
      </form>,
    )
    const button = screen.getByRole('button', { name: 'Save' })
    expect(button.getAttribute('aria-busy')).toBe('true')
    button.click()
    expect(onClick).not.toHaveBeenCalled()
    expect(onSubmit).not.toHaveBeenCalled()
  })
})

describe('Field', () => {
  test('ties label and error to its control', () => {
    renderPage(
      <Field label="Name" hint="Shown to everybody" error="Give it a name">
        <Input />
      </Field>,
    )
    const control = screen.getByLabelText('Name')
    expect(control.getAttribute('aria-invalid')).toBe('true')
    expect(document.getElementById(control.getAttribute('aria-describedby') ?? '')?.textContent).toBe('Give it a name')
    expect(screen.queryByText('Shown to everybody')).toBeNull()
  })
})

describe('ConfirmDialog', () => {
  test('begins at the harmless answer and stays until it is told to go', async () => {
    const onConfirm = vi.fn()
    function Asked() {
      const [open, setOpen] = useState(true)
      return (
        <ConfirmDialog
          open={open}
          onOpenChange={setOpen}
          title="Delete?"
          description="It cannot be undone."
          confirmLabel="Delete"
          onConfirm={onConfirm}
        />
      )
    }
    renderPage(<Asked />)
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Cancel' }))
    await userEvent.click(screen.getByRole('button', { name: 'Delete' }))
    expect(onConfirm).toHaveBeenCalledOnce()
    expect(screen.getByRole('alertdialog')).toBeTruthy()
    await userEvent.click(screen.getByRole('button', { name: 'Cancel' }))
    expect(screen.queryByRole('alertdialog')).toBeNull()
  })
})

describe('JsonView', () => {
  test('a closed branch is not in the page; opening shows it', async () => {
    renderPage(<JsonView value={{ outer: { inner: { deep: 'treasure' } } }} openDepth={1} />)
    expect(screen.queryByText('"treasure"')).toBeNull()
    await userEvent.click(screen.getByRole('button', { name: /outer/ }))
    await userEvent.click(screen.getByRole('button', { name: /inner/ }))
    expect(screen.getByText('"treasure"')).toBeTruthy()
  })

  test('a long list comes a hundred at a time', async () => {
    renderPage(<JsonView value={Array.from({ length: 250 }, (_, index) => index)} openDepth={1} />)
    expect(screen.queryByText('99')).toBeTruthy()
    expect(screen.queryByText('100')).toBeNull()
    await userEvent.click(screen.getByRole('button', { name: /150 more/ }))
    expect(screen.queryByText('199')).toBeTruthy()
    expect(screen.queryByText('200')).toBeNull()
  })

  test('text is text: markup in a value stays characters', () => {
    const { container } = renderPage(<JsonView value={{ html: '<img src=x onerror=alert(1)>' }} />)
    expect(container.querySelector('img')).toBeNull()
    expect(screen.getByText('"<img src=x onerror=alert(1)>"')).toBeTruthy()
  })
})

describe('CopyButton', () => {
  test('copies and says so, also without a secure context', async () => {
    const user = userEvent.setup()
    document.execCommand = vi.fn(() => true)
    renderPage(<CopyButton value={() => 'secret-1'} label="Copy key" />)
    await user.click(screen.getByRole('button', { name: 'Copy key' }))
    expect(await screen.findByText('Copied')).toBeTruthy()
  })
})

describe('Time', () => {
  test('carries the exact instant, and survives what is no date', () => {
    renderPage(
      <>
        <Time value="2026-01-02T03:04:05.678Z" mode="local" />
        <Time value={null} />
        <Time value="yesterday-ish" />
      </>,
    )
    expect(document.querySelector('time')?.getAttribute('datetime')).toBe('2026-01-02T03:04:05.678Z')
    expect(screen.getAllByText('—')).toHaveLength(2)
  })
})

describe('Progress', () => {
  test('tells how much of how much', () => {
    renderPage(<Progress done={3} total={12} label="Runs stopped" />)
    const bar = screen.getByRole('progressbar', { name: 'Runs stopped' })
    expect([bar.getAttribute('aria-valuenow'), bar.getAttribute('aria-valuemax')]).toEqual(['3', '12'])
  })
})

describe('Segmented', () => {
  test('one is always chosen, even when it is pressed again', async () => {
    const onValueChange = vi.fn()
    const options = [
      { value: 'table', label: 'Table' },
      { value: 'cards', label: 'Cards' },
    ] as const
    renderPage(<Segmented label="View" value="table" onValueChange={onValueChange} options={options} />)
    await userEvent.click(screen.getByRole('radio', { name: 'Table' }))
    expect(onValueChange).not.toHaveBeenCalled()
    await userEvent.click(screen.getByRole('radio', { name: 'Cards' }))
    expect(onValueChange).toHaveBeenCalledWith('cards')
  })
})

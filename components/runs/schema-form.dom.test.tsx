import { cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { TooltipProvider } from '@/components/ui/tooltip'
import type { JsonSchema } from './schema/field-model'
import { useSchemaForm } from './schema/use-schema-form'
import { SchemaForm } from './schema-form'

afterEach(cleanup)

const schema: JsonSchema = {
  type: 'object',
  required: ['feed_url', 'minimum', 'tone', 'place'],
  properties: {
    feed_url: { type: 'string', title: 'Feed', description: 'Where to read.', default: '/samples/earthquakes.json' },
    minimum: { type: 'number', title: 'Minimum', minimum: 0, maximum: 10 },
    tone: { enum: ['calm', 'urgent'], title: 'Tone' },
    notify: { type: 'boolean', title: 'Notify' },
    place: {
      type: 'object',
      title: 'Place',
      required: ['city'],
      properties: { city: { type: 'string', title: 'City' } },
    },
    tags: { type: 'array', title: 'Tags', items: { type: 'string', minLength: 2 } },
  },
}

function Harness({
  onSend,
  of = schema,
  known,
}: {
  onSend: (value: unknown) => void
  of?: JsonSchema
  known?: unknown
}) {
  const form = useSchemaForm(of, known)
  return (
    <TooltipProvider>
      <SchemaForm
        schema={of}
        value={form.value}
        onChange={form.setValue}
        errors={form.errors}
        onTextProblem={form.onTextProblem}
      />
      <button type="button" onClick={() => form.validate() && onSend(form.value)}>
        Send
      </button>
      <button
        type="button"
        onClick={() => form.showProblems([{ path: 'input.feed_url', message: 'cannot be reached' }], ['input'])}
      >
        Refuse
      </button>
    </TooltipProvider>
  )
}

const send = () => fireEvent.click(screen.getByRole('button', { name: 'Send' }))

describe('a form made from a JSON Schema', () => {
  it('starts with the defaults and says nothing is wrong before it is sent', () => {
    render(<Harness onSend={vi.fn()} />)
    expect(screen.getByLabelText<HTMLInputElement>('Feed').value).toBe('/samples/earthquakes.json')
    expect(screen.getByLabelText('Feed').getAttribute('aria-invalid')).toBeNull()
    expect(screen.queryByRole('alert')).toBeNull()
  })

  it('does not send what is not valid, and says why at each field', () => {
    const onSend = vi.fn()
    render(<Harness onSend={onSend} />)
    fireEvent.change(screen.getByLabelText('Minimum'), { target: { value: 'five' } })
    send()
    expect(onSend).not.toHaveBeenCalled()
    const minimum = screen.getByLabelText('Minimum')
    expect(minimum.getAttribute('aria-invalid')).toBe('true')
    expect(document.getElementById(minimum.getAttribute('aria-describedby') ?? '')?.textContent).toBe('Enter a number')
    expect(screen.getByLabelText('City').getAttribute('aria-invalid')).toBe('true')
  })

  it('sends typed values, nested ones too, and leaves empty optional fields out', async () => {
    const user = userEvent.setup()
    const onSend = vi.fn()
    render(<Harness onSend={onSend} />)
    await user.type(screen.getByLabelText('Minimum'), '5,5')
    await user.click(screen.getByRole('radio', { name: 'urgent' }))
    await user.type(screen.getByLabelText('City'), 'Lima')
    await user.click(screen.getByRole('button', { name: 'Add an entry' }))
    await user.type(screen.getByLabelText('Tags 1'), 'andes')
    send()
    expect(onSend).toHaveBeenCalledWith({
      feed_url: '/samples/earthquakes.json',
      minimum: 5.5,
      tone: 'urgent',
      place: { city: 'Lima' },
      tags: ['andes'],
    })
  })

  it('shows the same value as JSON, takes edits there, and refuses a text that is not JSON', () => {
    const onSend = vi.fn()
    render(<Harness onSend={onSend} known={{ minimum: 1, tone: 'calm', place: { city: 'Quito' } }} />)
    fireEvent.mouseDown(screen.getByRole('tab', { name: 'JSON' }))
    const text = screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'JSON' })
    expect(JSON.parse(text.value)).toEqual({
      feed_url: '/samples/earthquakes.json',
      minimum: 1,
      tone: 'calm',
      place: { city: 'Quito' },
    })
    fireEvent.change(text, { target: { value: '{"minimum": 2,' } })
    send()
    expect(onSend).not.toHaveBeenCalled()
    expect(screen.getByRole('alert').textContent).toMatch(/not valid JSON/i)
    const whole = { feed_url: 'x', minimum: 2, tone: 'calm', place: { city: 'Quito' } }
    fireEvent.change(text, { target: { value: JSON.stringify(whole) } })
    send()
    expect(onSend).toHaveBeenCalledWith(whole)
  })

  it('puts what the server refuses at its field', () => {
    render(<Harness onSend={vi.fn()} />)
    fireEvent.click(screen.getByRole('button', { name: 'Refuse' }))
    expect(screen.getByRole('alert').textContent).toBe('Cannot be reached')
    expect(screen.getByLabelText('Feed').getAttribute('aria-invalid')).toBe('true')
  })

  it('removes and moves entries of a list', async () => {
    const user = userEvent.setup()
    const onSend = vi.fn()
    const list: JsonSchema = {
      type: 'object',
      properties: { tags: { type: 'array', title: 'Tags', items: { type: 'string' } } },
    }
    render(<Harness onSend={onSend} of={list} known={{ tags: ['a', 'b', 'c'] }} />)
    await user.click(screen.getByRole('button', { name: 'Move entry 3 up' }))
    await user.click(screen.getByRole('button', { name: 'Remove entry 1' }))
    send()
    expect(onSend).toHaveBeenCalledWith({ tags: ['c', 'b'] })
  })

  it('draws a single question as one field', () => {
    const onSend = vi.fn()
    render(<Harness onSend={onSend} of={{ type: 'string', title: 'Answer', minLength: 1 }} />)
    fireEvent.change(screen.getByLabelText('Answer'), { target: { value: '42' } })
    send()
    expect(onSend).toHaveBeenCalledWith('42')
  })

  it('names each group for assistive technology', () => {
    render(<Harness onSend={vi.fn()} />)
    expect(within(screen.getByRole('group', { name: /Place/ })).getByLabelText('City')).toBeTruthy()
  })
})

import { cleanup, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { fakeApi } from '@/components/testing/fake-api'
import { renderPage } from '@/components/testing/render'
import { nodeTypes } from '@/lib/nodes/registry'
import { focusStep } from '../actions/step-actions'
import { findNode } from '../document/identity'
import { definitionOf, sample } from '../document/testing'
import { fieldsOf } from '../schema/fields'
import { Inspector } from './inspector'
import { InDesigner, testServices } from './testing'

beforeAll(() => {
  // Layout does not exist here; editors and menus ask for it.
  Range.prototype.getClientRects = () => Object.assign([], { item: () => null }) as unknown as DOMRectList // an empty list is enough
  Range.prototype.getBoundingClientRect = () => new DOMRect()
  Element.prototype.scrollIntoView = () => {}
  Element.prototype.hasPointerCapture = () => false
  globalThis.ResizeObserver = class {
    observe() {}
    unobserve() {}
    disconnect() {}
  }
})
afterEach(cleanup)

function open(definition = sample(), nodeId?: string, options?: { readOnly?: boolean }) {
  const services = testServices(definition, options)
  if (nodeId !== undefined) {
    services.store.getState().select({ nodes: [nodeId], edges: [] })
    services.ui.getState().set({ tab: 'step' })
  }
  renderPage(
    <InDesigner services={services}>
      <Inspector />
    </InDesigner>,
  )
  const config = () => findNode(services.store.getState().definition, nodeId ?? '')?.config ?? {}
  const field = (path: string) => {
    const row = document.querySelector<HTMLElement>(`[data-field-path=${JSON.stringify(path)}]`)
    if (row === null) throw new Error(`there is no field ${path}`)
    return row
  }
  return { ...services, user: userEvent.setup(), config, field, undo: () => services.store.getState().undo() }
}

describe('the form of a step', () => {
  it.each(Object.keys(nodeTypes))('of type %s has every field of its schema, and its name', (type) => {
    const definition = definitionOf({
      nodes: [{ id: 'n', type, name: 'Named', config: nodeTypes[type as 'http'].defaults }],
    })
    const { field } = open(definition, 'n')
    expect(within(field('name')).getByDisplayValue('Named')).toBeDefined()
    for (const { key, title } of fieldsOf(type)) {
      expect(within(field(key)).getAllByText(title).length).toBeGreaterThan(0)
    }
  })

  it('shows what is wrong at the field where it is wrong', () => {
    const { field } = open(definitionOf({ nodes: [{ id: 'n', type: 'http', name: 'Call', config: { url: '' } }] }), 'n')
    expect(within(field('url')).getByRole('alert').textContent).toBe('Write the address to call.')
    expect(within(field('method')).queryByRole('alert')).toBeNull()
  })

  it('shows what is wrong deep inside of a list at its own field', () => {
    const config = { branches: [{ name: 'large', when: 'nodes.Nobody.output' }] }
    const definition = definitionOf({ nodes: [{ id: 'n', type: 'condition', name: 'Check', config }] })
    const { field } = open(definition, 'n')
    expect(within(field('branches.0.when')).getByRole('alert').textContent).toContain('Nobody')
  })

  it('renames a step when the name is whole, with every mention of it', async () => {
    const { user, field, store } = open(sample(), 'fetch')
    const name = within(field('name')).getByRole('textbox')
    await user.clear(name)
    await user.type(name, 'Feed')
    expect(findNode(store.getState().definition, 'fetch')?.name).toBe('Fetch feed')
    await user.keyboard('{Enter}')
    expect(JSON.stringify(store.getState().definition)).not.toContain('Fetch feed')
  })

  it('refuses a name that another step has, and keeps the old one', async () => {
    const { user, field, store } = open(sample(), 'fetch')
    const name = within(field('name')).getByRole('textbox')
    await user.clear(name)
    await user.type(name, 'Check')
    expect(within(field('name')).getByRole('alert').textContent).toContain('Another node is called')
    await user.tab()
    expect(findNode(store.getState().definition, 'fetch')?.name).toBe('Fetch feed')
  })

  it('takes numbers, leaves out emptied ones, and refuses what is none', async () => {
    const { user, field, config } = open(sample(), 'fetch')
    const number = within(field('timeoutSeconds')).getByRole('textbox')
    await user.type(number, '2,5')
    expect(config()).toMatchObject({ timeoutSeconds: 2.5 })
    await user.type(number, 'x')
    expect(within(field('timeoutSeconds')).getByText('This is not a number.')).toBeDefined()
    expect(config()).toMatchObject({ timeoutSeconds: 2.5 })
    await user.clear(number)
    expect(config()).not.toHaveProperty('timeoutSeconds')
  })

  it('takes typing in one field back at once', async () => {
    const { user, field, config, undo } = open(sample(), 'fetch')
    await user.type(within(field('timeoutSeconds')).getByRole('textbox'), '25')
    undo()
    expect(config()).toEqual({ url: '{{ inputs.url }}' })
  })

  it('offers a template where a plain value is expected', async () => {
    const { user, field, config } = open(
      definitionOf({ nodes: [{ id: 'n', type: 'delay', name: 'Wait', config: { seconds: '{{ inputs.wait }}' } }] }),
      'n',
    )
    const toggle = within(field('seconds')).getByRole('button', { name: /use a plain value/ })
    await user.click(toggle)
    expect(config()).toEqual({})
    expect(within(field('seconds')).getByRole('textbox').tagName).toBe('INPUT')
  })

  it('adds, moves and removes items of a list, and edges follow the names', async () => {
    const { user, field, config, store } = open(sample(), 'check')
    await user.click(within(field('branches')).getByRole('button', { name: 'Add' }))
    expect(config().branches).toEqual([
      { name: 'large', when: 'nodes.`Fetch feed`.output.body.count > 10' },
      { name: 'branch 2', when: '' },
    ])
    await user.click(within(field('branches')).getAllByRole('button', { name: 'Move up' }).at(-1) as HTMLElement)
    expect((config().branches as { name: string }[]).map((branch) => branch.name)).toEqual(['branch 2', 'large'])
    expect(store.getState().definition.edges.find((edge) => edge.id === 'e3')?.sourcePort).toBe('large')
    await user.click(within(field('branches')).getByRole('button', { name: 'Remove branches 2' }))
    expect(store.getState().definition.edges.some((edge) => edge.id === 'e3')).toBe(false)
  })

  it('edits names with values', async () => {
    const { user, field, config } = open(sample(), 'fetch')
    await user.click(within(field('headers')).getByRole('button', { name: 'Add' }))
    await user.type(within(field('headers')).getByRole('textbox', { name: 'Name' }), 'Accept')
    expect(config().headers).toEqual({ Accept: '' })
    await user.click(within(field('headers')).getByRole('button', { name: 'Remove Accept' }))
    expect(config()).not.toHaveProperty('headers')
  })

  it('edits the fields of a schema as rows', async () => {
    const definition = definitionOf({
      nodes: [{ id: 'n', type: 'input', name: 'Ask', config: nodeTypes.input.defaults }],
    })
    const { user, field, config } = open(definition, 'n')
    const row = within(field('schema'))
    await user.click(row.getByRole('button', { name: 'Add a field' }))
    const name = row.getAllByRole('textbox', { name: 'Field name' }).at(-1) as HTMLElement
    await user.clear(name)
    await user.type(name, 'amount{Enter}')
    await user.click(row.getByRole('button', { name: 'amount is required' }))
    expect(config().schema).toEqual({
      type: 'object',
      properties: { answer: { type: 'string', title: 'Answer' }, amount: { type: 'string' } },
      required: ['answer', 'amount'],
    })
  })

  it('shows fields that the type does not know, so that they can be removed', () => {
    const definition = definitionOf({ nodes: [{ id: 'n', type: 'end', name: 'End', config: { old: { a: 1 } } }] })
    const { field } = open(definition, 'n')
    expect(within(field('output')).getByText('Output')).toBeDefined()
    expect(screen.getByText('old')).toBeDefined()
  })

  it('sets what happens on errors, and leaves out what is ordinary', async () => {
    const { user, store } = open(sample(), 'fetch')
    await user.click(screen.getByRole('button', { name: /Errors and limits/ }))
    const attempts = screen.getByLabelText('Attempts')
    await user.clear(attempts)
    await user.type(attempts, '3')
    expect(findNode(store.getState().definition, 'fetch')?.policy).toMatchObject({ retry: { maxAttempts: 3 } })
    await user.clear(attempts)
    await user.type(attempts, '1')
    expect(findNode(store.getState().definition, 'fetch')).not.toHaveProperty('policy')
  })

  it('changes nothing when it may only be read', () => {
    const { field } = open(sample(), 'fetch', { readOnly: true })
    expect(within(field('name')).getByRole('textbox')).toHaveProperty('disabled', true)
    expect(within(field('timeoutSeconds')).getByRole('textbox')).toHaveProperty('disabled', true)
    expect(within(field('headers')).getByRole('button', { name: 'Add' })).toHaveProperty('disabled', true)
  })
})

describe('the inspector', () => {
  it('shows the workflow when nothing is selected: renaming an input renames its mentions', async () => {
    const definition = {
      ...sample(),
      inputs: { type: 'object', properties: { url: { type: 'string' } }, required: ['url'] },
    }
    const { user, store } = open(definition)
    const name = screen.getByRole('textbox', { name: 'Field name' })
    await user.clear(name)
    await user.type(name, 'feed{Enter}')
    const now = store.getState().definition
    expect(now.inputs).toEqual({ type: 'object', properties: { feed: { type: 'string' } }, required: ['feed'] })
    expect(findNode(now, 'fetch')?.config.url).toBe('{{ inputs.feed }}')
  })

  it('limits the runs of the workflow that go on at once, and says what becomes of one more', async () => {
    const { user, store } = open(sample())
    await user.type(screen.getByRole('textbox', { name: /Runs at once/ }), '3')
    expect(store.getState().definition.settings).toMatchObject({ maxConcurrentRuns: 3, onLimit: 'queue' })
    await user.click(screen.getByRole('combobox', { name: /One run more/ }))
    await user.click(await screen.findByRole('option', { name: 'Is refused' }))
    expect(store.getState().definition.settings).toMatchObject({ maxConcurrentRuns: 3, onLimit: 'reject' })
    await user.clear(screen.getByRole('textbox', { name: /Runs at once/ }))
    expect('maxConcurrentRuns' in store.getState().definition.settings).toBe(false)
  })

  it('chooses the workflow that evaluates the runs, and which of them', async () => {
    const [id, name] = ['01890000-0000-7000-8000-000000000000', 'Judge']
    const judge = { id, name, active_version: null }
    fakeApi({ 'GET /workflows': () => ({ items: [judge], next_cursor: null }), [`GET /workflows/${id}`]: () => judge })
    const { user, store } = open(sample())
    const evaluation = () => store.getState().definition.settings.evaluation
    await user.click(screen.getByRole('combobox', { name: /Evaluator/ }))
    await user.click(await screen.findByRole('option', { name: /Judge/ }))
    expect(evaluation()).toEqual({ workflowId: id, when: 'completed' })
    await user.click(screen.getByRole('combobox', { name: 'Which runs' }))
    await user.click(await screen.findByRole('option', { name: /All that ended/ }))
    await user.type(screen.getByRole('textbox', { name: /Share of them/ }), '25')
    expect(evaluation()).toEqual({ workflowId: id, when: 'ended', sample: 0.25 })
    await user.click(screen.getByRole('button', { name: 'Remove the evaluator' }))
    expect(evaluation()).toBeUndefined()
  })

  it('puts the cursor into the field that is asked for', async () => {
    const { ui } = open(sample(), 'check')
    focusStep({ ui: ui.getState }, 'check', 'branches.0.when')
    await vi.waitFor(() => expect(document.activeElement?.getAttribute('aria-label')).toBe('When'))
    focusStep({ ui: ui.getState }, 'check', '')
    await vi.waitFor(() => expect(document.activeElement?.getAttribute('aria-label')).toBe('Name'))
    focusStep({ ui: ui.getState }, 'check', 'name')
    await vi.waitFor(() => expect(document.activeElement).toHaveProperty('value', 'Check'))
  })

  it('offers what can be done with several steps', () => {
    const services = testServices(sample())
    services.store.getState().select({ nodes: ['fetch', 'send'], edges: [] })
    services.ui.getState().set({ tab: 'step' })
    renderPage(
      <InDesigner services={services}>
        <Inspector />
      </InDesigner>,
    )
    expect(screen.getByText('2 steps selected')).toBeDefined()
    expect(screen.getByRole('button', { name: 'Align left' })).toBeDefined()
  })
})

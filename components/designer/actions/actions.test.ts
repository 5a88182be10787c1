import { describe, expect, it, vi } from 'vitest'
import { findNode } from '../document/identity'
import { sample } from '../document/testing'
import { createDesignerStore } from '../store/designer-store'
import { createUiStore } from '../store/ui-store'
import { type ActionContext, isEnabled, runAction } from './action'
import { designerActions } from './all-actions'
import { sending } from './container-actions'
import { isCharacter, keysOf, matches } from './shortcut'

function open({ readOnly = false } = {}) {
  const store = createDesignerStore(sample(), { readOnly })
  const ui = createUiStore()
  let clipboard = ''
  const notify = vi.fn<ActionContext['notify']>()
  const save = vi.fn(async () => {})
  const reveal = vi.fn<ActionContext['canvas']['revealAll']>()
  const context: ActionContext = {
    document: store.getState,
    ui: ui.getState,
    canvas: {
      fit: () => {},
      revealAll: reveal,
      reveal: () => {},
      zoomIn: () => {},
      zoomOut: () => {},
      zoomTo: () => {},
      place: () => ({ at: { x: 1_000, y: 1_000 }, clientX: 10, clientY: 10 }),
      screenPlaceOf: () => ({ clientX: 10, clientY: 10 }),
    },
    clipboard: {
      write: async (text) => {
        clipboard = text
      },
      read: async () => clipboard,
    },
    notify,
    save,
  }
  const act = async (id: string) => {
    const action = designerActions.find((candidate) => candidate.id === id)
    if (action === undefined) throw new Error(`no action ${id}`)
    await runAction(action, context)
  }
  const enabled = () => designerActions.filter((action) => isEnabled(action, context)).map((action) => action.id)
  const select = (...nodes: string[]) => store.getState().select({ nodes, edges: [] })
  return {
    store,
    ui,
    context,
    act,
    enabled,
    select,
    notify,
    save,
    reveal,
    nodes: () => store.getState().definition.nodes,
  }
}

describe('actions', () => {
  it('have ids and shortcuts of their own', () => {
    const ids = designerActions.map((action) => action.id)
    const shortcuts = designerActions.flatMap((action) => action.shortcuts ?? [])
    expect(new Set(ids).size).toBe(ids.length)
    expect(new Set(shortcuts).size).toBe(shortcuts.length)
  })

  it('cut and paste move steps, each as one entry of the history', async () => {
    const { act, select, store, nodes } = open()
    select('fetch', 'check')
    await act('cut')
    expect(nodes().map((node) => node.id)).toEqual(['start', 'send', 'end'])
    await act('paste')
    expect(nodes().map((node) => node.name)).toEqual(['Start', 'Send', 'End', 'Fetch feed', 'Check'])
    await act('undo')
    await act('undo')
    expect(store.getState().definition).toEqual(sample())
  })

  it('pasting something else changes nothing and says so', async () => {
    const { act, context, notify, nodes } = open()
    await context.clipboard.write('hello')
    await act('paste')
    expect(nodes()).toHaveLength(5)
    expect(notify).toHaveBeenCalledWith(expect.stringContaining('no steps'), 'error')
  })

  it('duplicates beside the original and selects the copy', async () => {
    const { act, select, store, nodes } = open()
    select('send')
    await act('duplicate')
    const copy = nodes().at(-1)
    expect(copy).toMatchObject({ name: 'Send 2', position: { x: 1_000, y: -40 } })
    expect(store.getState().selection.nodes).toEqual([copy?.id])
  })

  it('brings what was pasted or duplicated into view', async () => {
    const { act, select, store, reveal } = open()
    select('send')
    await act('duplicate')
    expect(reveal).toHaveBeenLastCalledWith(store.getState().selection.nodes)
    await act('cut')
    await act('paste')
    expect(reveal).toHaveBeenLastCalledWith(store.getState().selection.nodes)
  })

  it('wraps steps in a container, sends others into it, takes out and dissolves, each as one entry of the history', async () => {
    const { act, select, store, context, enabled, nodes, notify } = open()
    const inside = () => nodes().flatMap((node) => (node.parentId === undefined ? [] : [node.id]))
    expect(enabled()).not.toContain('move-into')
    select('fetch', 'check')
    await act('wrap-forEach')
    const [container = ''] = store.getState().selection.nodes
    expect(inside()).toEqual(['fetch', 'check'])
    expect(enabled()).toEqual(expect.arrayContaining(['add-inside', 'dissolve']))
    select('send')
    const change = sending(context, container)
    if (change === undefined) throw new Error('it can go in')
    store.getState().commit(change)
    expect(inside()).toEqual(['fetch', 'check', 'send'])
    expect(notify).toHaveBeenCalledWith(expect.stringContaining('connections are gone'))
    await act('take-out')
    expect(inside()).toEqual(['fetch', 'check'])
    select(container)
    await act('dissolve')
    expect([inside(), nodes().length]).toEqual([[], 5])
    for (const _ of ['dissolve', 'take-out', 'send', 'wrap']) await act('undo')
    expect(store.getState().definition).toEqual(sample())
  })

  it('deletes, and selects the step before to go on from', async () => {
    const { act, select, store } = open()
    select('send')
    await act('delete')
    expect(store.getState().selection.nodes).toEqual(['check'])
  })

  it('connects two selected steps, and says why not', async () => {
    const { act, select, store, notify } = open()
    select('send', 'fetch')
    await act('connect')
    expect(store.getState().definition.edges.at(-1)).toMatchObject({
      source: 'send',
      sourcePort: 'out',
      target: 'fetch',
    })
    select('send', 'start')
    await act('connect')
    expect(notify).toHaveBeenCalledWith(expect.stringContaining('nothing can lead into it'), 'error')
  })

  it('moves with the arrow keys as one entry', async () => {
    const { act, select, store } = open()
    select('fetch')
    await act('move-right')
    await act('move-right')
    await act('move-down')
    expect(findNode(store.getState().definition, 'fetch')?.position).toEqual({ x: 360, y: 20 })
    await act('undo')
    expect(findNode(store.getState().definition, 'fetch')?.position).toEqual({ x: 320, y: 0 })
  })

  it('disables, and enables again what is wholly disabled', async () => {
    const { act, select, nodes } = open()
    select('fetch', 'send')
    await act('disable')
    expect(nodes().filter((node) => node.disabled)).toHaveLength(2)
    await act('disable')
    expect(nodes().filter((node) => node.disabled)).toHaveLength(0)
  })

  it('walks the graph and selects everything', async () => {
    const { act, store } = open()
    await act('go-right')
    await act('go-right')
    expect(store.getState().selection.nodes).toEqual(['fetch'])
    await act('select-all')
    expect(store.getState().selection.nodes).toHaveLength(5)
    await act('deselect')
    expect(store.getState().selection.nodes).toEqual([])
  })

  it('opens the picker after the first port that leads nowhere', async () => {
    const { act, select, ui } = open()
    select('check')
    await act('add-after')
    expect(ui.getState().picker?.place).toMatchObject({ kind: 'after', nodeId: 'check', port: 'large' })
  })

  it('saves before it runs', async () => {
    const { act, save, ui } = open()
    await act('run')
    expect(save).toHaveBeenCalledOnce()
    expect(ui.getState().dialog).toBe('run')
  })

  it('does not open the run dialog when saving failed, and says why', async () => {
    const { act, save, ui, notify } = open()
    save.mockRejectedValueOnce(new Error('Countersign cannot be reached.'))
    await act('run')
    expect(ui.getState().dialog).toBeNull()
    expect(notify).toHaveBeenCalledWith('Countersign cannot be reached.', 'error')
  })

  it('offers nothing that changes a document which may only be read', () => {
    const { enabled, select } = open({ readOnly: true })
    select('fetch', 'check', 'send')
    const changing = [
      'delete',
      'cut',
      'paste',
      'duplicate',
      'undo',
      'save',
      'publish',
      'layout',
      'align-left',
      'add',
      'disable',
    ]
    expect(enabled().filter((id) => changing.includes(id))).toEqual([])
    expect(enabled()).toEqual(expect.arrayContaining(['copy', 'select-all', 'fit', 'find', 'run']))
  })
})

describe('shortcuts', () => {
  const press = (
    key: string,
    modifiers: Partial<Record<'metaKey' | 'ctrlKey' | 'shiftKey' | 'altKey', boolean>> = {},
  ) => ({
    key,
    metaKey: false,
    ctrlKey: false,
    shiftKey: false,
    altKey: false,
    ...modifiers,
  })

  it.each([
    [press('z', { metaKey: true }), 'mod+z', true],
    [press('z', { ctrlKey: true }), 'mod+z', true],
    [press('Z', { ctrlKey: true, shiftKey: true }), 'mod+z', false],
    [press('Z', { ctrlKey: true, shiftKey: true }), 'mod+shift+z', true],
    [press('z'), 'mod+z', false],
    [press('?', { shiftKey: true }), '?', true],
    [press('+', { shiftKey: true }), '+', true],
    [press('=', { ctrlKey: true }), 'mod+=', true],
    [press('ArrowLeft', { altKey: true }), 'alt+arrowleft', true],
    [press('ArrowLeft'), 'alt+arrowleft', false],
    [press('Delete'), 'delete', true],
    [{ ...press('!', { shiftKey: true }), code: 'Digit1' }, 'shift+1', true],
    [{ ...press('å', { altKey: true }), code: 'KeyA' }, 'alt+a', true],
    [press('D', { shiftKey: true }), 'd', false],
  ])('%j is %s: %s', (given, shortcut, expected) => {
    expect(matches(given, shortcut)).toBe(expected)
  })

  it('are written as on the keyboard', () => {
    expect(keysOf('mod+shift+z', '⌘')).toEqual(['⌘', '⇧', 'Z'])
    expect(keysOf('mod+shift+z', 'Ctrl')).toEqual(['Ctrl', 'Shift', 'Z'])
    expect(keysOf('alt+arrowleft', '⌘')).toEqual(['⌥', '←'])
    expect(keysOf('+', 'Ctrl')).toEqual(['+'])
    expect(isCharacter('/')).toBe(true)
    expect(isCharacter('mod+z')).toBe(false)
    expect(isCharacter('delete')).toBe(false)
  })
})

import { describe, expect, it } from 'vitest'
import { moveNodes, setConfigField } from '../document/edit'
import { findNode } from '../document/identity'
import { sample } from '../document/testing'
import { createDesignerStore } from './designer-store'

function open() {
  let nowMs = 0
  const store = createDesignerStore(sample(), { now: () => nowMs })
  const type = (value: string) => {
    const { definition, commit } = store.getState()
    commit({ label: 'Edit URL', definition: setConfigField(definition, 'fetch', 'url', value), coalesce: 'fetch.url' })
  }
  const url = () => findNode(store.getState().definition, 'fetch')?.config.url
  return { store, type, url, wait: (ms: number) => (nowMs += ms) }
}

describe('history', () => {
  it('takes typing in one field back at once', () => {
    const { store, type, url, wait } = open()
    for (const text of ['h', 'ht', 'htt', 'http']) {
      type(text)
      wait(100)
    }
    expect(store.getState().undo()).toBe('Edit URL')
    expect(url()).toBe('{{ inputs.url }}')
    expect(store.getState().redo()).toBe('Edit URL')
    expect(url()).toBe('http')
  })

  it('begins a new entry after a pause', () => {
    const { store, type, url, wait } = open()
    type('first')
    wait(5_000)
    type('second')
    store.getState().undo()
    expect(url()).toBe('first')
  })

  it('begins a new entry after another intent', () => {
    const { store, type, url } = open()
    type('first')
    const { definition, commit } = store.getState()
    commit({ label: 'Move', definition: moveNodes(definition, new Map([['fetch', { x: 5, y: 5 }]])) })
    type('second')
    store.getState().undo()
    expect(url()).toBe('first')
    store.getState().undo()
    expect(findNode(store.getState().definition, 'fetch')?.position).toEqual({ x: 320, y: 0 })
    expect(url()).toBe('first')
  })

  it('does not join typing to what was undone before', () => {
    const { store, type, url } = open()
    type('first')
    store.getState().undo()
    type('other')
    store.getState().undo()
    expect(url()).toBe('{{ inputs.url }}')
    expect(store.getState().undo()).toBeUndefined()
  })

  it('has no entry for a change that changes nothing', () => {
    const { store } = open()
    const { definition, commit } = store.getState()
    commit({ label: 'Nothing', definition })
    expect(store.getState().undo()).toBeUndefined()
  })

  it('forgets what could be redone once something else is done', () => {
    const { store, type } = open()
    type('first')
    store.getState().undo()
    type('other')
    expect(store.getState().redo()).toBeUndefined()
  })

  it('restores the selection, without what no longer exists', () => {
    const { store } = open()
    store.getState().select({ nodes: ['fetch', 'send'], edges: [] })
    const { definition, commit } = store.getState()
    commit({
      label: 'Delete',
      definition: { ...definition, nodes: definition.nodes.filter((node) => node.id !== 'send') },
    })
    expect(store.getState().selection.nodes).toEqual(['fetch'])
    store.getState().undo()
    expect(store.getState().selection.nodes).toEqual(['fetch', 'send'])
  })
})

describe('reading only', () => {
  it('changes nothing', () => {
    const store = createDesignerStore(sample(), { readOnly: true })
    const before = store.getState().definition
    store.getState().commit({ label: 'Move', definition: moveNodes(before, new Map([['fetch', { x: 5, y: 5 }]])) })
    expect(store.getState().definition).toBe(before)
  })
})

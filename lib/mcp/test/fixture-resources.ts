import { EventEmitter } from 'node:events'
import { ResourceNotFoundError } from '@modelcontextprotocol/server'
import { PNG } from './fixture-content'

const WATCHED = 'test://watched-resource'
const TEMPLATE = /^test:\/\/template\/([^/]+)\/data$/

/** The resources that the suite reads. */
export const RESOURCES = [
  { uri: 'test://static-text', name: 'Static text', description: 'Always the same text', mimeType: 'text/plain' },
  { uri: 'test://static-binary', name: 'Static image', description: 'Always the same image', mimeType: 'image/png' },
  { uri: WATCHED, name: 'Watched', description: 'Says how often it was touched', mimeType: 'text/plain' },
]

/** The one that takes an id. */
export const TEMPLATES = [
  {
    uriTemplate: 'test://template/{id}/data',
    name: 'Template',
    description: 'Data for an id',
    mimeType: 'application/json',
  },
]

/** What stands at an address. */
export function readResource(uri: string) {
  const id = TEMPLATE.exec(uri)?.[1]
  if (id !== undefined) {
    const data = { id, templateTest: true, data: `Data for ID: ${id}` }
    return { uri, mimeType: 'application/json', text: JSON.stringify(data) }
  }
  if (uri === 'test://static-text') {
    return { uri, mimeType: 'text/plain', text: 'This is the content of the static text resource.' }
  }
  if (uri === 'test://static-binary') return { uri, mimeType: 'image/png', blob: PNG }
  if (uri === WATCHED) return { uri, mimeType: 'text/plain', text: `Touched ${touches} times.` }
  throw new ResourceNotFoundError(uri, `There is no resource "${uri}".`)
}

const touched = new EventEmitter()
let touches = 0

/** Changes the one that may be watched. */
export function touch(): void {
  touches++
  touched.emit('touch')
}

/** How to hear that it changed. */
export function watchOf(uri: string) {
  if (uri !== WATCHED) throw new ResourceNotFoundError(uri, `"${uri}" cannot be watched.`)
  return (changed: () => void) => {
    touched.on('touch', changed)
    return () => touched.off('touch', changed)
  }
}

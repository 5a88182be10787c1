import type { WorkflowDefinition, WorkflowNode } from '@/lib/workflow/document'

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const MAX_NAME_LENGTH = 100

/** Randomness is an argument of everything that makes ids, so that a test can say which ids come out. */
export type RandomBytes = (count: number) => Uint8Array

export const browserRandom: RandomBytes = (count) => crypto.getRandomValues(new Uint8Array(count))

function suffix(random: RandomBytes, length: number): string {
  return Array.from(random(length), (byte) => ALPHABET[byte % 32]).join('')
}

/** A node id that is free in `taken`: the type and six random letters, e.g. `http_x3k9qa`. Ids are never reused or shown as names. */
export function newNodeId(type: string, taken: ReadonlySet<string>, random: RandomBytes = browserRandom): string {
  const stem = type.replace(/[^A-Za-z0-9_-]/g, '').slice(0, 40) || 'node'
  for (;;) {
    const id = `${stem}_${suffix(random, 6)}`
    if (!taken.has(id)) return id
  }
}

export function newEdgeId(taken: ReadonlySet<string>, random: RandomBytes = browserRandom): string {
  for (;;) {
    const id = `edge_${suffix(random, 8)}`
    if (!taken.has(id)) return id
  }
}

/** `Fetch`, then `Fetch 2`, `Fetch 3` …: names address nodes in expressions, so no two may be equal. */
export function uniqueName(wanted: string, taken: ReadonlySet<string>): string {
  const name = wanted.trim().slice(0, MAX_NAME_LENGTH) || 'Node'
  if (!taken.has(name)) return name
  const stem = name.replace(/ \d+$/, '')
  for (let n = 2; ; n++) {
    const ending = ` ${n}`
    const candidate = stem.slice(0, MAX_NAME_LENGTH - ending.length) + ending
    if (!taken.has(candidate)) return candidate
  }
}

export function nodeIds(definition: WorkflowDefinition): Set<string> {
  return new Set(definition.nodes.map((node) => node.id))
}

export function edgeIds(definition: WorkflowDefinition): Set<string> {
  return new Set(definition.edges.map((edge) => edge.id))
}

export function nodeNames(definition: WorkflowDefinition, exceptId?: string): Set<string> {
  return new Set(definition.nodes.filter((node) => node.id !== exceptId).map((node) => node.name))
}

export function findNode(definition: WorkflowDefinition, id: string): WorkflowNode | undefined {
  return definition.nodes.find((node) => node.id === id)
}

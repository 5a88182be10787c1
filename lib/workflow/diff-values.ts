import { canonicalJson } from '../engine/canonical-json'

/** One place where two JSON values differ. */
export interface ValueChange {
  /** Dotted, e.g. `items.3.name`; empty: the value as a whole. */
  path: string
  kind: 'added' | 'removed' | 'changed'
  /** JSON of what was there, cut off when it is long. */
  before?: string
  after?: string
}

export interface ValueDiff {
  same: boolean
  changes: ValueChange[]
  /** Further places that are not listed. */
  more: number
}

export const MAX_CHANGES = 20
export const MAX_CHANGE_CHARS = 400

/** Where two JSON values differ, in their own order. At most 20 places are told, each with at most 400 characters. */
export function diffValues(before: unknown, after: unknown): ValueDiff {
  const changes: ValueChange[] = []
  let more = 0
  const note = (change: ValueChange) => (changes.length < MAX_CHANGES ? changes.push(change) : more++)
  const visit = (path: string, old: unknown, now: unknown): void => {
    if (canonicalJson(old) === canonicalJson(now)) return
    const [oldMembers, newMembers] = [membersOf(old), membersOf(now)]
    if (oldMembers === undefined || newMembers === undefined || Array.isArray(old) !== Array.isArray(now)) {
      note({ path, kind: 'changed', before: cut(old), after: cut(now) })
      return
    }
    for (const name of new Set([...oldMembers.keys(), ...newMembers.keys()])) {
      const at = path === '' ? name : `${path}.${name}`
      if (!newMembers.has(name)) note({ path: at, kind: 'removed', before: cut(oldMembers.get(name)) })
      else if (!oldMembers.has(name)) note({ path: at, kind: 'added', after: cut(newMembers.get(name)) })
      else visit(at, oldMembers.get(name), newMembers.get(name))
    }
  }
  visit('', before, after)
  return { same: changes.length === 0, changes, more }
}

function membersOf(value: unknown): Map<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined
}

function cut(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null'
  return text.length <= MAX_CHANGE_CHARS ? text : `${text.slice(0, MAX_CHANGE_CHARS)}…`
}

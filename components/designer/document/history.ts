import type { WorkflowDefinition } from '@/lib/workflow/document'

export interface Selection {
  nodes: readonly string[]
  edges: readonly string[]
}

export const NOTHING: Selection = { nodes: [], edges: [] }

/** A state to go back to, and what was done to leave it. */
export interface Step {
  label: string
  definition: WorkflowDefinition
  selection: Selection
}

/** One step per intent: typing in a field is one, a drag is one, a paste is one. */
export interface History {
  past: readonly Step[]
  future: readonly Step[]
  /** Changes with this key belong to the newest step until the time is up. */
  open: { key: string; untilMs: number } | null
}

export const EMPTY_HISTORY: History = { past: [], future: [], open: null }

const MAX_STEPS = 300
const COALESCE_MS = 1_200

/**
 * Notes the state `before` a change. With a `coalesce` key a change soon after one of the same key joins its step,
 * so that undo takes back a word typed, not a letter.
 */
export function record(history: History, before: Step, nowMs: number, coalesce?: string): History {
  const joins = coalesce !== undefined && history.open?.key === coalesce && nowMs <= history.open.untilMs
  const open = coalesce === undefined ? null : { key: coalesce, untilMs: nowMs + COALESCE_MS }
  if (joins && history.past.length > 0) return { past: history.past, future: [], open }
  return { past: [...history.past, before].slice(-MAX_STEPS), future: [], open }
}

export interface Travel {
  history: History
  definition: WorkflowDefinition
  selection: Selection
  /** What was undone or redone. */
  label: string
}

/** One step back from `now`, or undefined at the beginning. */
export function undo(history: History, now: Omit<Step, 'label'>): Travel | undefined {
  const step = history.past.at(-1)
  if (step === undefined) return undefined
  const future = [{ ...now, label: step.label }, ...history.future]
  return { history: { past: history.past.slice(0, -1), future, open: null }, ...step }
}

/** One step forward from `now`, or undefined at the end. */
export function redo(history: History, now: Omit<Step, 'label'>): Travel | undefined {
  const [step, ...future] = history.future
  if (step === undefined) return undefined
  return { history: { past: [...history.past, { ...now, label: step.label }], future, open: null }, ...step }
}

import { isTerminal } from './events'
import type { RunState, WaitState } from './state'

/** What a run that can do nothing by itself waits for. */
export type WaitingStatus = 'waiting_for_user_input' | 'waiting_for_approval' | 'running'

/** Whom a wait is for: people, also those whom the run of a sub-workflow waits for; or time, or another system. */
function statusOf({ kind, child }: WaitState): WaitingStatus {
  if (kind === 'input') return 'waiting_for_user_input'
  if (kind === 'approval') return 'waiting_for_approval'
  return child?.status ?? 'running'
}

/** An input is named first: somebody can answer it now and the run goes on, while an approval may take days. */
function firstWait(state: RunState): WaitState | undefined {
  const waits = [...state.waits.values()]
  const first = (status: WaitingStatus) => waits.find((wait) => statusOf(wait) === status)
  return first('waiting_for_user_input') ?? first('waiting_for_approval') ?? waits[0]
}

export function waitingFor(state: RunState): { status: WaitingStatus; nodeIds: string[] } {
  const first = firstWait(state)
  return {
    status: first ? statusOf(first) : 'running',
    nodeIds: Array.from(state.waits.values(), (wait) => wait.nodeId),
  }
}

/** Name of the node where the run waits, in lists; of a sub-workflow that waits for people, the node there. */
export function waitingName(state: RunState, nameOf: (nodeId: string) => string | undefined): string | null {
  if (isTerminal(state.status)) return null
  const first = firstWait(state)
  return first ? (first.child?.waitingFor ?? nameOf(first.nodeId) ?? first.nodeId) : null
}

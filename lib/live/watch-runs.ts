import { type RunChange, subscribe } from '../db/notify'
import type { Id } from '../ids'
import type { RunsFrame } from './frames'

/** Many changes of one run in a blink are one frame: the list shows the latest anyway. */
const GATHER_MS = 100

/** Follows which runs of a team change, until `signal` is aborted. A frame says only that; read the run for the rest. */
export async function* watchRuns(options: { teamId: Id; signal: AbortSignal }): AsyncGenerator<RunsFrame[], void> {
  const { teamId, signal } = options
  const changed = new Map<Id, RunChange>()
  let wake = () => {}
  const unsubscribe = subscribe(`team:${teamId}`, {
    change: (change) => {
      const known = changed.get(change.runId)
      if (!known || known.lastSeq < change.lastSeq) changed.set(change.runId, change)
      wake()
    },
    resync: () => {},
  })
  const onAbort = () => wake()
  signal.addEventListener('abort', onAbort)
  try {
    while (!signal.aborted) {
      if (changed.size === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        await new Promise((resolve) => setTimeout(resolve, GATHER_MS))
      }
      const frames = Array.from(changed.values(), frameOf)
      changed.clear()
      if (frames.length > 0) yield frames
    }
  } finally {
    unsubscribe()
    signal.removeEventListener('abort', onAbort)
  }
}

function frameOf({ runId, workflowId, status, lastSeq }: RunChange): RunsFrame {
  return { kind: 'run', run_id: runId, workflow_id: workflowId, status, last_seq: lastSeq }
}

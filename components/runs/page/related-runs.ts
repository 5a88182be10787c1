import { nodeKey, type RunEvent } from '@/lib/engine/events'

type Started = RunEvent & { type: 'run_started' }

/** How a run is tied to others, as its log says. */
export interface RelatedRuns {
  /** The run whose sub-workflow step started this one, and the address of that step. */
  parent: { runId: string; nodeKey: string } | undefined
  /** The run whose results this one took over. */
  source: Started['source']
  /** The runs that steps of this run started, by address of the step. */
  children: ReadonlyMap<string, string>
}

export function relatedRunsOf(events: readonly RunEvent[]): RelatedRuns {
  const [first] = events
  const started = first?.type === 'run_started' ? first : undefined
  const children = new Map<string, string>()
  for (const event of events) {
    if (event.type === 'node_waiting' && event.child_run_id !== undefined) {
      children.set(nodeKey(event.path, event.node_id), event.child_run_id)
    }
    if (event.type === 'child_ended') children.set(nodeKey(event.path, event.node_id), event.run_id)
  }
  const parent = started?.parent
  return {
    parent: parent && { runId: parent.run_id, nodeKey: nodeKey(parent.path, parent.node_id) },
    source: started?.source,
    children,
  }
}

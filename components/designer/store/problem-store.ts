import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Problem, WorkflowDefinition } from '@/lib/workflow/document'
import { problemsByNode } from '../to-flow'
import type { DesignerStore } from './designer-store'

export interface ProblemState {
  problems: readonly Problem[]
  byNode: ReadonlyMap<string, readonly Problem[]>
}
export type ProblemStore = StoreApi<ProblemState>

/** Problems of the document as it stands, found in the browser by the same rules as on the server. */
export function createProblemStore(): ProblemStore {
  return createStore<ProblemState>(() => ({ problems: [], byNode: new Map() }))
}

const QUIET_MS = 150

/** Checks the document now and after every change, when a moment of quiet has come. Returns how to stop. */
export function watchProblems(
  designer: DesignerStore,
  store: ProblemStore,
  check: (definition: WorkflowDefinition) => Problem[] | Promise<Problem[]>,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const run = async () => {
    const { definition } = designer.getState()
    const problems = await check(definition)
    // Meanwhile the document may have changed: then another check is on its way.
    if (designer.getState().definition === definition) store.setState({ problems, byNode: problemsByNode(problems) })
  }
  void run()
  const unsubscribe = designer.subscribe((state, before) => {
    if (state.definition === before.definition) return
    clearTimeout(timer)
    timer = setTimeout(run, QUIET_MS)
  })
  return () => {
    clearTimeout(timer)
    unsubscribe()
  }
}

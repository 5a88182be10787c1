'use client'

import type { Problem } from '@/lib/workflow/document'
import { focusStep } from '../actions/step-actions'
import { useServices } from '../designer-context'

/** Goes to where a problem is: its step with the field in the inspector, its connection, or the workflow settings. */
export function useGoToProblem(): (problem: Problem) => void {
  const { store, ui, actions } = useServices()
  return (problem) => {
    const { definition, select } = store.getState()
    if (problem.nodeId !== undefined && definition.nodes.some((node) => node.id === problem.nodeId)) {
      select({ nodes: [problem.nodeId], edges: [] })
      actions.canvas.reveal(problem.nodeId)
      const path = /^nodes\.\d+\.(.*)$/.exec(problem.path)?.[1]?.replace(/^config\./, '') ?? ''
      return focusStep(actions, problem.nodeId, path)
    }
    const edge = definition.edges.find((candidate) => candidate.id === problem.edgeId)
    if (edge !== undefined) {
      select({ nodes: [], edges: [edge.id] })
      ui.getState().set({ inspector: true, tab: 'step' })
      return actions.canvas.fit([edge.source, edge.target])
    }
    ui.getState().set({ inspector: true, tab: 'workflow' })
  }
}

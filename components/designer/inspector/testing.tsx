import type { ReactNode } from 'react'
import { createStore } from 'zustand/vanilla'
import { TooltipProvider } from '@/components/ui/tooltip'
import type { Workflow } from '@/lib/api/contracts/workflows'
import type { WorkflowDefinition } from '@/lib/workflow/document'
import { validateDefinition } from '@/lib/workflow/validate'
import { Autosave } from '../autosave/autosave'
import { DesignerProvider, type DesignerServices, type WorkflowMeta } from '../designer-context'
import { createDesignerStore } from '../store/designer-store'
import { createProblemStore } from '../store/problem-store'
import { createUiStore } from '../store/ui-store'
import { problemsByNode } from '../to-flow'

/** The services of a designer without a canvas and without a server, for tests of what stands beside the canvas. */
export function testServices(definition: WorkflowDefinition, { readOnly = false } = {}): DesignerServices {
  const store = createDesignerStore(definition, { readOnly })
  const ui = createUiStore()
  const problems = createProblemStore()
  const check = () => {
    const found = validateDefinition(store.getState().definition).problems
    problems.setState({ problems: found, byNode: problemsByNode(found) })
  }
  check()
  store.subscribe(check)
  const nowhere = { clientX: 0, clientY: 0 }
  const nothing = () => {}
  return {
    workflowId: 'w',
    store,
    ui,
    problems,
    autosave: new Autosave(
      { save: async () => ({ kind: 'saved', revision: 1 }), keep: nothing, now: () => 0, later: () => nothing },
      1,
    ),
    meta: createStore<WorkflowMeta>(() => ({ name: 'Sample', description: '' })),
    setMeta: nothing,
    pointer: { current: null },
    canvasElement: { current: null },
    show: nothing,
    actions: {
      document: store.getState,
      ui: ui.getState,
      canvas: {
        fit: nothing,
        reveal: nothing,
        revealAll: nothing,
        zoomIn: nothing,
        zoomOut: nothing,
        zoomTo: nothing,
        place: () => ({ at: { x: 0, y: 0 }, ...nowhere }),
        screenPlaceOf: () => nowhere,
      },
      clipboard: { write: async () => {}, read: async () => '' },
      notify: nothing,
      save: async () => {},
    },
  }
}

export function InDesigner({ services, children }: { services: DesignerServices; children: ReactNode }) {
  return (
    <TooltipProvider>
      <DesignerProvider
        services={services}
        workflow={{ id: 'w', name: 'Sample' } as Workflow /* what stands beside the canvas reads no more of it */}
      >
        {children}
      </DesignerProvider>
    </TooltipProvider>
  )
}

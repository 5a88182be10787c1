'use client'

import { createContext, type ReactNode, useContext, useMemo, useSyncExternalStore } from 'react'
import { type StoreApi, useStore } from 'zustand'
import type { Workflow } from '@/lib/api/contracts/workflows'
import { type ActionContext, type DesignerAction, runAction } from './actions/action'
import type { Autosave, SaveStatus } from './autosave/autosave'
import type { Show } from './autosave/watch-document'
import type { DesignerState, DesignerStore } from './store/designer-store'
import type { ProblemState, ProblemStore } from './store/problem-store'
import type { UiState, UiStore } from './store/ui-store'

export interface WorkflowMeta {
  name: string
  description: string
}

/** Everything that one open designer is made of. Lives as long as the page; its parts tell who watches them of changes. */
export interface DesignerServices {
  workflowId: string
  store: DesignerStore
  ui: UiStore
  problems: ProblemStore
  autosave: Autosave
  /** Name and description: saved with the draft, not part of its history. */
  meta: StoreApi<WorkflowMeta>
  setMeta(change: Partial<WorkflowMeta>): void
  /** What actions work with. */
  actions: ActionContext
  /** Where the pointer is on the canvas; null when it is elsewhere. Read when a key is pressed. */
  pointer: { current: { clientX: number; clientY: number } | null }
  canvasElement: { current: HTMLDivElement | null }
  show: Show
}

const ServicesContext = createContext<DesignerServices | null>(null)
const WorkflowContext = createContext<Workflow | null>(null)

export function DesignerProvider({
  services,
  workflow,
  children,
}: {
  services: DesignerServices
  workflow: Workflow
  children: ReactNode
}) {
  return (
    <ServicesContext value={services}>
      <WorkflowContext value={workflow}>{children}</WorkflowContext>
    </ServicesContext>
  )
}

export function useServices(): DesignerServices {
  const services = useContext(ServicesContext)
  if (services === null) throw new Error('this component belongs inside a DesignerProvider')
  return services
}

/** The workflow as the server last answered: its name, its versions, who owns it. Its definition is in the store. */
export function useWorkflow(): Workflow {
  const workflow = useContext(WorkflowContext)
  if (workflow === null) throw new Error('this component belongs inside a DesignerProvider')
  return workflow
}

export function useDesigner<T>(select: (state: DesignerState) => T): T {
  return useStore(useServices().store, select)
}

export function useUi<T>(select: (state: UiState) => T): T {
  return useStore(useServices().ui, select)
}

export function useProblems<T>(select: (state: ProblemState) => T): T {
  return useStore(useServices().problems, select)
}

export function useMeta(): WorkflowMeta {
  return useStore(useServices().meta)
}

export function useSaveStatus(): SaveStatus {
  const { autosave } = useServices()
  return useSyncExternalStore(
    autosave.subscribe,
    () => autosave.status,
    () => autosave.status,
  )
}

/** Performs actions: `const act = useAct(); act(undoAction)`. */
export function useAct(): (action: DesignerAction) => void {
  const { actions } = useServices()
  return useMemo(() => (action: DesignerAction) => void runAction(action, actions), [actions])
}

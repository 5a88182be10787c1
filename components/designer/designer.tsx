'use client'

import { useCallback, useEffect, useRef } from 'react'
import { ReactFlowProvider } from 'reactflow'
import { useFoldedSidebar } from '@/components/shell/folded-sidebar'
import { usePageCommands } from '@/components/shell/page-commands'
import { useModKey } from '@/components/shell/use-mod-key'
import type { Workflow } from '@/lib/api/contracts/workflows'
import { isEnabled } from './actions/action'
import { designerActions } from './actions/all-actions'
import { keysOf } from './actions/shortcut'
import { Canvas } from './canvas/canvas'
import { CanvasToolbar } from './canvas/canvas-toolbar'
import { ContainerPicker } from './canvas/container-picker'
import { StepPicker } from './canvas/step-picker'
import { DesignerProvider, useAct, useDesigner, useServices, useUi } from './designer-context'
import { Inspector, InspectorSheet, LazyDialogs, LiveRun, useWarmUp } from './lazy-parts'
import { ConflictDialog } from './panels/conflict-dialog'
import { EmptyCanvas } from './panels/empty-canvas'
import { FindPanel } from './panels/find-panel'
import { Palette } from './panels/palette'
import { ProblemsPanel } from './panels/problems-panel'
import { ReadOnlyHint } from './panels/read-only-hint'
import { ShortcutsDialog } from './panels/shortcuts-dialog'
import { TopBar } from './panels/top-bar'
import { useDesignerKeys } from './use-designer-keys'
import { useDesignerServices } from './use-designer-services'
import { useNewerDraft } from './use-newer-draft'
import { useNodeInUrl } from './use-node-in-url'

export interface DesignerProps {
  workflow: Workflow
  /** Why it cannot be edited here; undefined when it can. */
  readOnlyBecause: 'role' | 'phone' | 'archived' | undefined
}

/** The editor of one workflow. Fills its parent. */
export function Designer(props: DesignerProps) {
  return (
    <ReactFlowProvider>
      <Workbench {...props} />
    </ReactFlowProvider>
  )
}

function Workbench({ workflow, readOnlyBecause }: DesignerProps) {
  const readOnly = readOnlyBecause !== undefined
  const services = useDesignerServices(workflow, readOnly)
  useDesignerKeys(services)
  useNodeInUrl(services)
  useNewerDraft(services, workflow)
  useWarmUp()
  useFoldedSidebar()
  return (
    <DesignerProvider services={services} workflow={workflow}>
      <div className="flex h-full min-h-0 flex-col">
        <TopBar readOnly={readOnly} />
        {readOnlyBecause === undefined ? null : <ReadOnlyHint because={readOnlyBecause} />}
        <div className="flex min-h-0 flex-1">
          {readOnly ? null : <PaletteWhenOpen />}
          <div className="@container relative min-w-0 flex-1 bg-canvas">
            <Canvas readOnly={readOnly} touch={readOnlyBecause === 'phone'} />
            <EmptyCanvas />
            <div className="pointer-events-none absolute inset-x-3 top-3 grid justify-items-center gap-2">
              <LiveRunWhenStarted />
              <FindPanel />
            </div>
            <div className="pointer-events-none absolute inset-x-3 bottom-4 grid justify-items-center gap-2">
              <ProblemsPanel />
              <CanvasToolbar readOnly={readOnly} />
            </div>
          </div>
          <InspectorWhenOpen phone={readOnlyBecause === 'phone'} />
        </div>
      </div>
      <StepPicker />
      <ContainerPicker />
      <ShortcutsDialog />
      <ConflictDialog />
      <LazyDialogs readOnly={readOnly} />
      <FollowSelection />
      <InCommandPalette />
    </DesignerProvider>
  )
}

function PaletteWhenOpen() {
  return useUi((state) => state.palette) ? <Palette /> : null
}

function InspectorWhenOpen({ phone }: { phone: boolean }) {
  const open = useUi((state) => state.inspector)
  if (phone) return <InspectorSheet />
  return open ? <Inspector /> : null
}

function LiveRunWhenStarted() {
  return useUi((state) => state.runId !== null) ? <LiveRun /> : null
}

/** Whoever selects a step wants to see it: the inspector turns to it. */
function FollowSelection() {
  const { ui } = useServices()
  const first = useDesigner((state) => state.selection.nodes[0] ?? state.selection.edges[0])
  const before = useRef(first)
  useEffect(() => {
    if (first !== undefined && first !== before.current && ui.getState().tab === 'workflow') {
      ui.getState().set({ tab: 'step' })
    }
    before.current = first
  }, [first, ui])
  return null
}

/** Everything that can be done now, in the command palette. */
function InCommandPalette() {
  const { actions } = useServices()
  const modKey = useModKey()
  const act = useAct()
  const read = useCallback(
    () =>
      designerActions
        .filter((action) => isEnabled(action, actions))
        .map((action) => ({
          id: action.id,
          label: action.label,
          keys: action.shortcuts?.[0] === undefined ? undefined : keysOf(action.shortcuts[0], modKey),
          // After the palette has closed and given the focus back.
          run: () => setTimeout(() => act(action), 0),
        })),
    [actions, modKey, act],
  )
  usePageCommands(read)
  return null
}

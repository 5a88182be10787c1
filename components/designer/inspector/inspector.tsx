'use client'

import { PanelRightClose } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { Kbd } from '@/components/ui/kbd'
import { Sheet, SheetContent } from '@/components/ui/sheet'
import { Tabs, TabsContent, TabsList, TabsTrigger } from '@/components/ui/tabs'
import { Tooltip } from '@/components/ui/tooltip'
import { inspectorAction } from '../actions/view-actions'
import { useAct, useDesigner, useServices, useUi } from '../designer-context'
import { NOTHING } from '../document/history'
import { findNode } from '../document/identity'
import type { InspectorTab } from '../store/ui-store'
import { EdgePanel } from './edge-panel'
import { JsonPanel } from './json-panel'
import { SeveralPanel } from './several-panel'
import { StepPanel } from './step-panel'
import { WorkflowPanel } from './workflow-panel'

/** What is selected, the workflow as a whole, or its JSON: everything that can be set, at the side of the canvas. */
export function Inspector() {
  const { ui } = useServices()
  const act = useAct()
  const tab = useUi((state) => state.tab)
  return (
    <aside
      aria-label="Inspector"
      data-document-fields
      className="flex w-[22rem] shrink-0 flex-col border-l bg-card 2xl:w-[25rem]"
    >
      <Tabs
        value={tab}
        onValueChange={(next) => ui.getState().set({ tab: next as InspectorTab })}
        className="flex min-h-0 flex-1 flex-col"
      >
        <div className="flex items-end border-b pr-2 pl-4">
          <TabsList className="flex-1 border-b-0">
            <TabsTrigger value="step">Step</TabsTrigger>
            <TabsTrigger value="workflow">Workflow</TabsTrigger>
            <TabsTrigger value="json">JSON</TabsTrigger>
          </TabsList>
          <Tooltip content="Hide the inspector (])">
            <Button
              variant="ghost"
              size="icon-sm"
              aria-label="Hide the inspector"
              className="mb-1"
              onClick={() => act(inspectorAction)}
            >
              <PanelRightClose aria-hidden />
            </Button>
          </Tooltip>
        </div>
        <TabsContent value="step" tabIndex={-1} className="min-h-0 flex-1 overflow-y-auto">
          <Selected />
        </TabsContent>
        <TabsContent value="workflow" tabIndex={-1} className="min-h-0 flex-1 overflow-y-auto">
          <WorkflowPanel />
        </TabsContent>
        <TabsContent value="json" tabIndex={-1} className="flex min-h-0 flex-1 flex-col data-[state=inactive]:hidden">
          <JsonPanel />
        </TabsContent>
      </Tabs>
    </aside>
  )
}

/** On a phone what is selected is shown from the bottom edge, to be read. */
export function InspectorSheet() {
  const { store } = useServices()
  const open = useDesigner((state) => state.selection.nodes.length === 1)
  return (
    <Sheet open={open} onOpenChange={(next) => (next ? undefined : store.getState().select(NOTHING))}>
      <SheetContent side="bottom" title="Step">
        <div className="min-h-0 overflow-y-auto">
          <Selected />
        </div>
      </SheetContent>
    </Sheet>
  )
}

function Selected() {
  const definition = useDesigner((state) => state.definition)
  const { nodes, edges } = useDesigner((state) => state.selection)
  if (nodes.length + edges.length > 1) return <SeveralPanel />
  const node = nodes[0] === undefined ? undefined : findNode(definition, nodes[0])
  if (node !== undefined) return <StepPanel node={node} />
  const edge = edges[0] === undefined ? undefined : definition.edges.find((candidate) => candidate.id === edges[0])
  if (edge !== undefined) return <EdgePanel edge={edge} />
  return (
    <div className="grid gap-2 px-6 pt-16 text-center text-muted-foreground text-sm">
      <p className="font-medium text-foreground">Nothing is selected</p>
      <p>Select a step to set what it does.</p>
      <p>
        <Kbd>/</Kbd> adds one, <Kbd>?</Kbd> shows all shortcuts.
      </p>
    </div>
  )
}

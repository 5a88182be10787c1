'use client'

import { ArrowRight, Plus, Trash2 } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import type { WorkflowEdge } from '@/lib/workflow/document'
import { deleteAction } from '../actions/edit-actions'
import { useAct, useDesigner, useServices } from '../designer-context'
import { connectionRefusal, reconnect } from '../document/connect'
import { findNode } from '../document/identity'
import { portsOf } from '../document/ports'

/** One connection: where from, where to, by which port. */
export function EdgePanel({ edge }: { edge: WorkflowEdge }) {
  const { store, ui, actions } = useServices()
  const act = useAct()
  const definition = useDesigner((state) => state.definition)
  const readOnly = useDesigner((state) => state.readOnly)
  const source = findNode(definition, edge.source)
  const target = findNode(definition, edge.target)
  if (source === undefined || target === undefined) return null
  const ports = portsOf(source)
  return (
    <div className="grid gap-5 px-4 pt-4">
      <div className="flex items-center gap-2 text-sm">
        <NodeLink nodeId={source.id} name={source.name} />
        <ArrowRight aria-hidden className="size-4 shrink-0 text-muted-foreground" />
        <NodeLink nodeId={target.id} name={target.name} />
      </div>
      <Field label="Leaves by the port">
        <Select
          value={edge.sourcePort}
          disabled={readOnly || ports.length < 2}
          onValueChange={(sourcePort) => {
            const wish = { source: edge.source, target: edge.target, sourcePort }
            const refusal = connectionRefusal(definition, wish, edge.id)
            if (refusal !== undefined) return actions.notify(refusal, 'error')
            const { commit } = store.getState()
            commit({ label: 'Move connection', definition: reconnect(definition, edge.id, wish) })
          }}
        >
          <SelectTrigger>
            <SelectValue />
          </SelectTrigger>
          <SelectContent>
            {ports.map((port) => (
              <SelectItem key={port.name} value={port.name}>
                {port.label ?? port.name}
              </SelectItem>
            ))}
          </SelectContent>
        </Select>
      </Field>
      {readOnly ? null : (
        <div className="flex gap-2">
          <Button
            size="sm"
            onClick={(event) => {
              const box = event.currentTarget.getBoundingClientRect()
              const picker = {
                place: { kind: 'edge', edgeId: edge.id } as const,
                clientX: box.left,
                clientY: box.bottom,
              }
              ui.getState().set({ picker })
            }}
          >
            <Plus aria-hidden /> Insert a step
          </Button>
          <Button size="sm" onClick={() => act(deleteAction)}>
            <Trash2 aria-hidden /> Delete
          </Button>
        </div>
      )}
    </div>
  )
}

function NodeLink({ nodeId, name }: { nodeId: string; name: string }) {
  const { store, actions } = useServices()
  return (
    <button
      type="button"
      className="min-w-0 truncate rounded-sm font-medium hover:underline"
      onClick={() => {
        store.getState().select({ nodes: [nodeId], edges: [] })
        actions.canvas.reveal(nodeId)
      }}
    >
      {name}
    </button>
  )
}

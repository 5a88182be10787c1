'use client'

import { PanelLeftClose } from 'lucide-react'
import { type KeyboardEvent, useState } from 'react'
import { Button } from '@/components/ui/button'
import { SearchInput } from '@/components/ui/search-input'
import { Tooltip } from '@/components/ui/tooltip'
import type { NodeType } from '@/lib/nodes/node-type'
import { paletteAction } from '../actions/view-actions'
import { STEP_MIME } from '../canvas/canvas'
import { NodeIcon } from '../canvas/node-icon'
import { useCanvasEdits } from '../canvas/use-canvas-edits'
import { useAct, useDesigner, useServices } from '../designer-context'
import { findNode } from '../document/identity'
import { isContainer, nestingOf } from '../document/nesting'
import { spotAfterPort } from '../document/place'
import { hasInput, portsOf } from '../document/ports'
import { CATEGORIES, searchStepTypes } from './step-types'

/** All step types: drag one onto the canvas, or press it to add it after the selected step. */
export function Palette() {
  const [text, setText] = useState('')
  const act = useAct()
  const hasStart = useDesigner((state) => state.definition.nodes.some((node) => !hasInput(node)))
  const add = useAddFromPalette()
  const found = searchStepTypes(text)
  const arrows = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
    const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-step]:not(:disabled)')]
    const at = items.indexOf(document.activeElement as HTMLElement)
    items[Math.max(0, at + (event.key === 'ArrowDown' ? 1 : -1))]?.focus()
    event.preventDefault()
  }
  return (
    <aside aria-label="Steps" className="flex w-60 shrink-0 flex-col border-r bg-card" onKeyDown={arrows}>
      <div className="flex items-center gap-1.5 px-3 pt-3 pb-2">
        <SearchInput
          label="Search steps"
          placeholder="Search steps"
          value={text}
          onValueChange={setText}
          onKeyDown={(event) => {
            const [first] = found
            if (event.key === 'Enter' && first !== undefined) add(first)
          }}
        />
        <Tooltip content="Hide the palette (P)">
          <Button variant="ghost" size="icon-sm" aria-label="Hide the palette" onClick={() => act(paletteAction)}>
            <PanelLeftClose aria-hidden />
          </Button>
        </Tooltip>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-2 pb-3">
        {found.length === 0 ? (
          <p className="px-2 py-8 text-center text-muted-foreground text-sm">No step is called “{text}”.</p>
        ) : null}
        {CATEGORIES.map(({ id, title }) => {
          const types = found.filter((type) => type.category === id)
          return types.length === 0 ? null : (
            <section key={id} aria-label={title}>
              <h2 className="px-2 pt-3 pb-1 font-medium text-subtle-foreground text-xs">{title}</h2>
              {types.map((type) => (
                <PaletteItem
                  key={type.type}
                  type={type}
                  disabled={type.hasInput === false && hasStart}
                  onAdd={() => add(type)}
                />
              ))}
            </section>
          )
        })}
      </div>
    </aside>
  )
}

function PaletteItem({ type, disabled, onAdd }: { type: NodeType; disabled: boolean; onAdd: () => void }) {
  return (
    <Tooltip side="right" content={disabled ? 'A workflow starts once.' : type.description}>
      <button
        type="button"
        data-step={type.type}
        draggable={!disabled}
        disabled={disabled}
        onClick={onAdd}
        onDragStart={(event) => {
          event.dataTransfer.setData(STEP_MIME, type.type)
          event.dataTransfer.effectAllowed = 'copy'
          const icon = event.currentTarget.querySelector('.ds-icon')
          if (icon) event.dataTransfer.setDragImage(icon, 14, 14)
        }}
        className="flex w-full cursor-grab items-center gap-2.5 rounded-md px-2 py-1.5 text-left hover:bg-accent active:cursor-grabbing disabled:cursor-not-allowed disabled:opacity-45"
      >
        <NodeIcon icon={type.icon} category={type.category} small />
        <span className="min-w-0">
          <span className="block truncate font-medium text-sm leading-4">{type.title}</span>
          <span className="block truncate text-muted-foreground text-xs">{type.description}</span>
        </span>
      </button>
    </Tooltip>
  )
}

/** Into the selected container while it is empty, after the selected step when it has a free way out, else in the middle of what is seen. */
function useAddFromPalette(): (type: NodeType) => void {
  const { store, actions } = useServices()
  const edits = useCanvasEdits()
  return (type) => {
    const { definition, selection } = store.getState()
    const node = selection.nodes.length === 1 ? findNode(definition, selection.nodes[0] ?? '') : undefined
    const used = new Set(definition.edges.filter((edge) => edge.source === node?.id).map((edge) => edge.sourcePort))
    const port = node && portsOf(node).find((candidate) => !used.has(candidate.name))
    const fits = type.hasInput !== false
    if (fits && node && isContainer(node) && nestingOf(definition).childrenOf(node.id).length === 0) {
      edits.add({ kind: 'inside', containerId: node.id }, type.type)
    } else if (fits && node !== undefined && port !== undefined) {
      const at = spotAfterPort(definition, node.id, port.name)
      edits.add({ kind: 'after', nodeId: node.id, port: port.name, at }, type.type)
    } else edits.add({ kind: 'free', at: actions.canvas.place().at }, type.type)
  }
}

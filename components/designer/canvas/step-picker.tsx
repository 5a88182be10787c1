'use client'

import { Command } from 'cmdk'
import { Search } from 'lucide-react'
import { useState } from 'react'
import { Popover, PopoverAnchor, PopoverContent } from '@/components/ui/popover'
import type { NodeType } from '@/lib/nodes/node-type'
import { useDesigner, useServices, useUi } from '../designer-context'
import type { StepPlace } from '../document/place'
import { hasInput } from '../document/ports'
import { CATEGORIES, searchStepTypes } from '../panels/step-types'
import type { UiState } from '../store/ui-store'
import { NodeIcon } from './node-icon'
import { useCanvasEdits } from './use-canvas-edits'

/** Whether a type makes sense at a place: what is dropped from a port needs a way in, and a workflow starts once. */
function fits(type: NodeType, place: StepPlace, hasStart: boolean): boolean {
  const startsHere = type.hasInput === false
  if (startsHere && hasStart) return false
  if (place.kind === 'free') return true
  if (place.kind === 'before') return type.ports(type.defaults).length > 0
  return !startsHere
}

/** Choosing a step by typing a few letters: at the pointer, after a port, on an edge. */
export function StepPicker() {
  const picker = useUi((state) => state.picker)
  return picker === null ? null : <Picker picker={picker} />
}

function Picker({ picker }: { picker: NonNullable<UiState['picker']> }) {
  const { ui } = useServices()
  const hasStart = useDesigner((state) => state.definition.nodes.some((node) => !hasInput(node)))
  const edits = useCanvasEdits()
  const [text, setText] = useState('')
  const found = searchStepTypes(text).filter((type) => fits(type, picker.place, hasStart))
  const close = () => ui.getState().set({ picker: null })
  const choose = (type: NodeType) => {
    close()
    edits.add(picker.place, type.type)
  }
  return (
    <Popover open onOpenChange={(open) => (open ? undefined : close())}>
      <PopoverAnchor asChild>
        <span aria-hidden className="fixed size-0" style={{ left: picker.clientX, top: picker.clientY }} />
      </PopoverAnchor>
      <PopoverContent
        side="right"
        align="start"
        sideOffset={10}
        aria-label="Add a step"
        className="w-80 overflow-hidden p-0"
        onCloseAutoFocus={(event) => event.preventDefault()}
      >
        <Command label="Step types" loop shouldFilter={false} className="flex max-h-96 flex-col">
          <div className="flex h-10 shrink-0 items-center gap-2 border-b px-3">
            <Search aria-hidden className="size-4 text-subtle-foreground" />
            <Command.Input
              autoFocus
              placeholder="Add a step…"
              value={text}
              onValueChange={setText}
              className="h-full min-w-0 flex-1 bg-transparent outline-none placeholder:text-subtle-foreground"
            />
          </div>
          <Command.List className="min-h-0 flex-1 scroll-py-1.5 overflow-y-auto overscroll-contain p-1.5">
            {found.length === 0 ? (
              <p className="px-3 py-8 text-center text-muted-foreground text-sm">No step is called “{text}”.</p>
            ) : null}
            {text.trim() === ''
              ? CATEGORIES.map(({ id, title }) => (
                  <Command.Group
                    key={id}
                    heading={title}
                    className="**:[[cmdk-group-heading]]:px-2 **:[[cmdk-group-heading]]:py-1 **:[[cmdk-group-heading]]:font-medium **:[[cmdk-group-heading]]:text-subtle-foreground **:[[cmdk-group-heading]]:text-xs"
                  >
                    {found
                      .filter((type) => type.category === id)
                      .map((type) => (
                        <PickerItem key={type.type} type={type} onSelect={() => choose(type)} />
                      ))}
                  </Command.Group>
                ))
              : found.map((type) => <PickerItem key={type.type} type={type} onSelect={() => choose(type)} />)}
          </Command.List>
        </Command>
      </PopoverContent>
    </Popover>
  )
}

function PickerItem({ type, onSelect }: { type: NodeType; onSelect: () => void }) {
  return (
    <Command.Item
      value={type.type}
      onSelect={onSelect}
      className="flex cursor-default select-none items-center gap-2.5 rounded-md px-2 py-1.5 text-sm outline-none aria-selected:bg-accent"
    >
      <NodeIcon icon={type.icon} category={type.category} small />
      <span className="min-w-0 flex-1">
        <span className="block font-medium leading-4">{type.title}</span>
        <span className="block truncate text-muted-foreground text-xs">{type.description}</span>
      </span>
    </Command.Item>
  )
}

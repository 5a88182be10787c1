'use client'

import { Command } from 'cmdk'
import { Popover, PopoverAnchor, PopoverContent } from '@/components/ui/popover'
import { nodeType } from '@/lib/nodes/registry'
import { sending } from '../actions/container-actions'
import { useDesigner, useServices, useUi } from '../designer-context'
import { containersFor } from '../document/containers'
import { findNode } from '../document/identity'
import { NodeIcon } from './node-icon'

/** Choosing the container that the selected steps go into. */
export function ContainerPicker() {
  const place = useUi((state) => state.containerPicker)
  const definition = useDesigner((state) => state.definition)
  const selection = useDesigner((state) => state.selection)
  const { ui, store, actions } = useServices()
  if (place === null) return null
  const close = () => ui.getState().set({ containerPicker: null })
  return (
    <Popover open onOpenChange={(open) => (open ? undefined : close())}>
      <PopoverAnchor asChild>
        <span aria-hidden className="fixed size-0" style={{ left: place.clientX, top: place.clientY }} />
      </PopoverAnchor>
      <PopoverContent
        side="right"
        align="start"
        sideOffset={10}
        aria-label="Move into a container"
        className="w-72 overflow-hidden p-0"
        onCloseAutoFocus={(event) => event.preventDefault()}
      >
        <Command label="Containers" loop className="flex max-h-80 flex-col">
          <Command.Input
            autoFocus
            placeholder="Move into…"
            className="h-10 shrink-0 border-b bg-transparent px-3 text-sm outline-none placeholder:text-subtle-foreground"
          />
          <Command.List className="min-h-0 flex-1 overflow-y-auto overscroll-contain p-1.5">
            <Command.Empty className="px-3 py-6 text-center text-muted-foreground text-sm">
              No container is called that.
            </Command.Empty>
            {containersFor(definition, selection.nodes).map(({ id, path }) => {
              const type = nodeType(findNode(definition, id)?.type ?? '')
              return (
                <Command.Item
                  key={id}
                  value={`${path} ${id}`}
                  onSelect={() => {
                    close()
                    const change = sending(actions, id)
                    if (change !== undefined) store.getState().commit(change)
                  }}
                  className="flex cursor-default select-none items-center gap-2.5 rounded-md px-2 py-1.5 text-sm outline-none aria-selected:bg-accent"
                >
                  <NodeIcon icon={type?.icon ?? 'box'} category={type?.category ?? 'unknown'} small />
                  <span className="min-w-0 truncate">{path}</span>
                </Command.Item>
              )
            })}
          </Command.List>
        </Command>
      </PopoverContent>
    </Popover>
  )
}

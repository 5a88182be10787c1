'use client'

import { keepPreviousData } from '@tanstack/react-query'
import { Command } from 'cmdk'
import { ChevronsUpDown, Search } from 'lucide-react'
import { useState } from 'react'
import { Popover, PopoverAnchor, PopoverContent } from '@/components/ui/popover'
import { useApi } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import { useServices } from '../../designer-context'
import { useInspectorScope } from '../inspector-context'
import { ChosenWorkflow } from './chosen-workflow'
import type { ControlProps } from './control-props'

/** The id of a workflow of the team, chosen by name among the published ones. */
export function WorkflowControl({ value, path: _, field, onChange, ...wiring }: ControlProps) {
  const { readOnly } = useInspectorScope()
  const [open, setOpen] = useState(false)
  const id = typeof value === 'string' ? value : ''
  const chosen = useApi(contracts.getWorkflow, { params: { workflow_id: id } }, { enabled: id !== '' })
  const text = id === '' ? 'Choose a workflow' : (chosen.data?.name ?? id)
  return (
    <div className="grid gap-2">
      <Popover open={open} onOpenChange={setOpen}>
        <PopoverAnchor asChild>
          <button
            type="button"
            {...wiring}
            role="combobox"
            aria-expanded={open}
            aria-haspopup="listbox"
            aria-controls={open ? `${wiring.id}-list` : undefined}
            disabled={readOnly}
            onClick={() => setOpen(!open)}
            className="flex h-8 w-full min-w-0 items-center gap-2 rounded-md border border-input bg-background px-2.5 text-left text-sm aria-invalid:border-destructive disabled:opacity-60"
          >
            <span className={id === '' ? 'min-w-0 flex-1 truncate text-subtle-foreground' : 'min-w-0 flex-1 truncate'}>
              {text}
            </span>
            <ChevronsUpDown aria-hidden className="size-4 shrink-0 text-subtle-foreground" />
          </button>
        </PopoverAnchor>
        <PopoverContent
          align="start"
          aria-label={field.title}
          className="w-(--radix-popover-trigger-width) min-w-64 overflow-hidden p-0"
        >
          <WorkflowList
            listId={`${wiring.id}-list`}
            chosenId={id}
            onChoose={(next) => {
              setOpen(false)
              onChange(next, { whole: true })
            }}
          />
        </PopoverContent>
      </Popover>
      {id === '' ? null : <ChosenWorkflow workflowId={id} query={chosen} />}
    </div>
  )
}

function WorkflowList(props: { listId: string; chosenId: string; onChoose: (id: string) => void }) {
  const { workflowId } = useServices()
  const [text, setText] = useState('')
  const search = text.trim() === '' ? undefined : text.trim()
  const found = useApi(
    contracts.listWorkflows,
    { query: { status: 'published', search, limit: 50 } },
    { placeholderData: keepPreviousData },
  )
  const items = found.data?.items ?? []
  return (
    <Command label="Workflows" loop shouldFilter={false} className="flex max-h-80 flex-col">
      <div className="flex h-10 shrink-0 items-center gap-2 border-b px-3">
        <Search aria-hidden className="size-4 text-subtle-foreground" />
        <Command.Input
          autoFocus
          placeholder="Search workflows…"
          value={text}
          onValueChange={setText}
          className="h-full min-w-0 flex-1 bg-transparent text-sm outline-none placeholder:text-subtle-foreground"
        />
      </div>
      <Command.List id={props.listId} className="min-h-0 flex-1 overflow-y-auto overscroll-contain p-1.5">
        {items.length === 0 ? (
          <p className="px-3 py-6 text-center text-muted-foreground text-sm">
            {found.isPending
              ? 'Loading…'
              : found.isError
                ? found.error.message
                : search === undefined
                  ? 'No workflow is published yet. Publish the one that should run here, then choose it.'
                  : `No published workflow matches “${search}”.`}
          </p>
        ) : null}
        {items.map((workflow) => (
          <Command.Item
            key={workflow.id}
            value={workflow.id}
            onSelect={() => props.onChoose(workflow.id)}
            data-chosen={workflow.id === props.chosenId || undefined}
            className="cursor-default select-none rounded-md px-2 py-1.5 text-sm outline-none aria-selected:bg-accent data-chosen:font-medium"
          >
            <span className="block truncate">{workflow.name}</span>
            <span className="block truncate text-muted-foreground text-xs">
              {workflow.active_version === null ? 'Not published' : `Version ${workflow.active_version.label}`}
              {workflow.id === workflowId ? ' · this workflow' : ''}
            </span>
          </Command.Item>
        ))}
      </Command.List>
    </Command>
  )
}

'use client'

import { Command } from 'cmdk'
import { CirclePlus, type LucideIcon, Moon, Search, SquareActivity, Sun, Upload, Workflow } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useTheme } from 'next-themes'
import { type ReactNode, useDeferredValue, useEffect, useState } from 'react'
import { Dialog, DialogContent, DialogDescription, DialogTitle } from '@/components/ui/dialog'
import { Kbd } from '@/components/ui/kbd'
import { itemClasses } from '@/components/ui/surface'
import { Time } from '@/components/ui/time'
import { useApi } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import { mainNav, secondaryNav } from './nav-items'
import { useMay } from './use-principal'

interface CommandPaletteProps {
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** ⌘K / Ctrl K anywhere, also while typing: go to a page, a workflow or a run, or do something. */
export function CommandPalette({ open, onOpenChange }: CommandPaletteProps) {
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey) || event.shiftKey || event.altKey) return
      event.preventDefault()
      onOpenChange(!open)
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [open, onOpenChange])

  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent
        hideClose
        className="max-h-[80dvh] overflow-hidden sm:top-[14vh] sm:max-h-[min(28rem,70dvh)] sm:max-w-xl sm:translate-y-0"
      >
        <DialogTitle className="sr-only">Search or jump to</DialogTitle>
        <DialogDescription className="sr-only">Type to find pages, workflows, runs and commands.</DialogDescription>
        <PaletteBody onDone={() => onOpenChange(false)} />
      </DialogContent>
    </Dialog>
  )
}

function PaletteBody({ onDone }: { onDone: () => void }) {
  const [text, setText] = useState('')
  const search = useDeferredValue(text.trim())
  const router = useRouter()
  const { resolvedTheme, setTheme } = useTheme()
  const mayCreate = useMay('workflow:write')
  const workflows = useApi(
    contracts.listWorkflows,
    { query: { limit: 20, ...(search === '' ? {} : { search }) } },
    { placeholderData: (before) => before },
  )
  const runs = useApi(contracts.listRuns, { query: { limit: 8 } })

  function go(href: string) {
    onDone()
    router.push(href)
  }

  return (
    <Command label="Commands" loop className="flex min-h-0 flex-1 flex-col">
      <div className="flex h-12 shrink-0 items-center gap-2.5 border-b px-4">
        <Search aria-hidden className="size-4 shrink-0 text-subtle-foreground" />
        <Command.Input
          value={text}
          onValueChange={setText}
          placeholder="Find a workflow, a run, a command…"
          className="h-full min-w-0 flex-1 bg-transparent text-base outline-none placeholder:text-subtle-foreground max-md:text-[16px]"
        />
        <Kbd>Esc</Kbd>
      </div>
      <Command.List className="min-h-0 flex-1 scroll-py-2 overflow-y-auto overscroll-contain p-2">
        <Command.Empty className="px-3 py-10 text-center text-muted-foreground">
          {workflows.isFetching ? 'Searching…' : `Nothing is called “${text}”.`}
        </Command.Empty>
        <Group heading="Workflows">
          {workflows.data?.items.map((workflow) => (
            <Item
              key={workflow.id}
              icon={Workflow}
              value={`${workflow.name} ${workflow.slug} workflow ${workflow.id}`}
              onSelect={() => go(`/workflows/${workflow.id}`)}
              aside={workflow.active_version ? `v${workflow.active_version.label}` : 'Draft'}
            >
              {workflow.name}
            </Item>
          ))}
        </Group>
        <Group heading="Recent runs">
          {runs.data?.items.map((run) => (
            <Item
              key={run.id}
              icon={SquareActivity}
              value={`run ${run.workflow_name} ${run.status.replaceAll('_', ' ')} ${run.id}`}
              onSelect={() => go(`/runs/${run.id}`)}
              aside={
                <>
                  {run.status.replaceAll('_', ' ')} · <Time value={run.created_at} />
                </>
              }
            >
              {run.workflow_name}
            </Item>
          ))}
        </Group>
        <Group heading="Do">
          {mayCreate ? (
            <>
              <Item icon={CirclePlus} value="create new workflow" onSelect={() => go('/workflows?dialog=new')}>
                Create a workflow
              </Item>
              <Item icon={Upload} value="import workflow json file" onSelect={() => go('/workflows?dialog=import')}>
                Import a workflow
              </Item>
            </>
          ) : null}
          <Item
            icon={resolvedTheme === 'dark' ? Sun : Moon}
            value="toggle switch theme dark light"
            onSelect={() => {
              setTheme(resolvedTheme === 'dark' ? 'light' : 'dark')
              onDone()
            }}
          >
            {resolvedTheme === 'dark' ? 'Switch to the light theme' : 'Switch to the dark theme'}
          </Item>
        </Group>
        <Group heading="Go to">
          {[...mainNav, ...secondaryNav].map((item) => (
            <Item
              key={item.href}
              icon={item.icon}
              value={`go to ${item.label}`}
              onSelect={() => go(item.href)}
              aside={
                <span className="flex gap-1">
                  <Kbd>g</Kbd>
                  <Kbd>{item.key}</Kbd>
                </span>
              }
            >
              {item.label}
            </Item>
          ))}
        </Group>
      </Command.List>
    </Command>
  )
}

function Group({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="**:[[cmdk-group-heading]]:px-2 **:[[cmdk-group-heading]]:py-1.5 **:[[cmdk-group-heading]]:font-medium **:[[cmdk-group-heading]]:text-muted-foreground **:[[cmdk-group-heading]]:text-xs"
    >
      {children}
    </Command.Group>
  )
}

interface ItemProps {
  icon: LucideIcon
  value: string
  onSelect: () => void
  aside?: ReactNode
  children: ReactNode
}

function Item({ icon: Icon, value, onSelect, aside, children }: ItemProps) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className={`${itemClasses} min-h-8 aria-selected:bg-accent aria-selected:text-accent-foreground`}
    >
      <Icon aria-hidden className="text-muted-foreground" />
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {aside ? <span className="shrink-0 text-muted-foreground text-xs">{aside}</span> : null}
    </Command.Item>
  )
}

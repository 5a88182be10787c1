'use client'

import { Command } from 'cmdk'
import {
  CirclePlus,
  CornerDownRight,
  type LucideIcon,
  Moon,
  Search,
  Settings,
  Sun,
  Upload,
  Workflow,
} from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useTheme } from 'next-themes'
import { type ReactNode, useDeferredValue, useEffect, useState } from 'react'
import { RUN_STATUS_LOOKS } from '@/components/runs/run-status'
import { useSettingsPages } from '@/components/settings/settings-nav'
import { Dialog, DialogContent, DialogDescription, DialogTitle } from '@/components/ui/dialog'
import { Kbd } from '@/components/ui/kbd'
import { Time } from '@/components/ui/time'
import { versionLabel } from '@/components/workflows/workflow-status'
import { useApi } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import type { WorkflowSummary } from '@/lib/api/contracts/workflows'
import { mainNav, secondaryNav } from './nav-items'
import { pageCommands } from './page-commands'
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
  const [selected, setSelected] = useState('')
  const [here] = useState(pageCommands)
  const search = useDeferredValue(text.trim())
  const router = useRouter()
  const { resolvedTheme, setTheme } = useTheme()
  const mayCreate = useMay('workflow:write')
  const settings = useSettingsPages()
  const workflows = useApi(
    contracts.listWorkflows,
    { query: { limit: 20, ...(search === '' ? {} : { search }) } },
    { placeholderData: (before) => before },
  )
  const runs = useApi(contracts.listRuns, { query: { limit: 8 } })

  // The lists arrive after the palette is open; the choice then begins at the top, not where the commands were.
  const first = workflows.data?.items[0]
  const firstValue = first && workflowValue(first)
  const settled = !workflows.isPending && !runs.isPending
  useEffect(() => {
    if (settled && firstValue !== undefined) setSelected(firstValue)
  }, [settled, firstValue])

  function go(href: string) {
    onDone()
    router.push(href)
  }

  return (
    <Command
      label="Commands"
      loop
      filter={matches}
      value={selected}
      onValueChange={setSelected}
      className="flex min-h-0 flex-1 flex-col"
    >
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
              value={workflowValue(workflow)}
              onSelect={() => go(`/workflows/${workflow.id}`)}
              aside={workflow.active_version ? versionLabel(workflow.active_version.label) : 'Draft'}
            >
              {workflow.name}
            </Item>
          ))}
        </Group>
        <Group heading="Recent runs">
          {runs.data?.items.map((run) => (
            <Item
              key={run.id}
              icon={RUN_STATUS_LOOKS[run.status].icon}
              value={`run ${run.workflow_name} ${RUN_STATUS_LOOKS[run.status].label}${ID_MARK}${run.id}`}
              onSelect={() => go(`/runs/${run.id}`)}
              aside={
                <>
                  {RUN_STATUS_LOOKS[run.status].label} · <Time value={run.created_at} />
                </>
              }
            >
              {run.workflow_name}
            </Item>
          ))}
        </Group>
        {here.length === 0 ? null : (
          <Group heading="On this page">
            {here.map((command) => (
              <Item
                key={command.id}
                icon={CornerDownRight}
                value={`${command.label}${ID_MARK}${command.id}`}
                onSelect={() => {
                  onDone()
                  command.run()
                }}
                aside={
                  command.keys ? (
                    <span className="flex gap-1">
                      {command.keys.map((key) => (
                        <Kbd key={key}>{key}</Kbd>
                      ))}
                    </span>
                  ) : null
                }
              >
                {command.label}
              </Item>
            ))}
          </Group>
        )}
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
          {settings.map(({ href, label }) => (
            <Item key={href} icon={Settings} value={`go to settings ${label}`} onSelect={() => go(href)}>
              Settings: {label}
            </Item>
          ))}
        </Group>
      </Command.List>
    </Command>
  )
}

const ID_MARK = ' #'
const ID_LETTERS = 8

/** Every word must occur; a name that begins with the text comes first. An id is found by its first eight letters, not by chance. */
export function matches(value: string, search: string): number {
  const text = search.trim().toLowerCase()
  const [words = '', id = ''] = value.toLowerCase().split(ID_MARK)
  if (text.length >= ID_LETTERS && id.startsWith(text)) return 1
  if (!text.split(/\s+/).every((word) => words.includes(word))) return 0
  return words.startsWith(text) ? 1 : 0.5
}

/** What the text is matched against; the id keeps two of one name apart. */
function workflowValue({ name, slug, id }: WorkflowSummary): string {
  return `${name} ${slug} workflow${ID_MARK}${id}`
}

function Group({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="not-first:mt-1 **:[[cmdk-group-heading]]:px-2 **:[[cmdk-group-heading]]:py-1.5 **:[[cmdk-group-heading]]:font-medium **:[[cmdk-group-heading]]:text-muted-foreground **:[[cmdk-group-heading]]:text-xs"
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
      className="flex min-h-8 cursor-pointer select-none items-center gap-2.5 rounded-md px-2 py-1 text-sm aria-selected:bg-accent max-md:min-h-10"
    >
      <Icon aria-hidden className="size-4 shrink-0 text-muted-foreground" />
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {aside ? <span className="shrink-0 text-muted-foreground text-xs">{aside}</span> : null}
    </Command.Item>
  )
}

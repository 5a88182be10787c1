'use client'

import { ListFilter, Tag, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/cn'
import {
  DropdownMenu,
  DropdownMenuCheckboxItem,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { SearchInput } from '@/components/ui/search-input'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { useApi } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import { RUN_STATUSES, type RunStatus, TERMINAL_STATUSES } from '@/lib/engine/events'
import { RUN_STATUS_LOOKS, TONE_TEXT } from '../run-status'
import { RunStatusIcon } from '../run-status-badge'

export interface RunsFiltersProps {
  statuses: RunStatus[]
  onStatuses: (statuses: RunStatus[]) => void
  workflowId: string
  onWorkflow: (workflowId: string) => void
  agentId: string
  onAgent: (agentId: string) => void
  label: string
  onLabel: (label: string) => void
  text: string
  onText: (text: string) => void
}

const ANY = 'any'
const OPEN = RUN_STATUSES.filter((status) => !(TERMINAL_STATUSES as readonly RunStatus[]).includes(status))

/** Filters of the list. All of them live in the URL, so a filtered list can be bookmarked and sent. */
export function RunsFilters(props: RunsFiltersProps) {
  const { statuses, workflowId, agentId, label, text } = props
  const workflows = useApi(contracts.listWorkflows, { query: { limit: 200 } })
  const agents = useApi(contracts.listAgents)
  const isFiltered = [...statuses, workflowId, agentId, label, text].some((filter) => filter !== '')
  return (
    <div className="flex flex-wrap items-center gap-2">
      <RunsSearch text={text} onText={props.onText} />
      <StatusFilter statuses={statuses} onStatuses={props.onStatuses} />
      <Select value={workflowId || ANY} onValueChange={(id) => props.onWorkflow(id === ANY ? '' : id)}>
        <SelectTrigger aria-label="Workflow" className="w-auto max-w-56 max-md:text-sm">
          <SelectValue />
        </SelectTrigger>
        <SelectContent>
          <SelectItem value={ANY}>Every workflow</SelectItem>
          {workflows.data?.items.map((workflow) => (
            <SelectItem key={workflow.id} value={workflow.id}>
              {workflow.name}
            </SelectItem>
          ))}
        </SelectContent>
      </Select>
      {agentId !== '' || (agents.data?.items.length ?? 0) > 1 ? (
        <Select value={agentId || ANY} onValueChange={(id) => props.onAgent(id === ANY ? '' : id)}>
          <SelectTrigger aria-label="Agent" className="w-auto max-w-56 max-md:text-sm">
            <SelectValue />
          </SelectTrigger>
          <SelectContent>
            <SelectItem value={ANY}>Every agent</SelectItem>
            {agents.data?.items.map((agent) => (
              <SelectItem key={agent.id} value={agent.id}>
                {agent.name}
              </SelectItem>
            ))}
          </SelectContent>
        </Select>
      ) : null}
      {label !== '' ? (
        <Button aria-label={`Label: ${label}. Take the filter away`} onClick={() => props.onLabel('')}>
          <Tag aria-hidden className="text-muted-foreground" />
          <span className="max-w-40 truncate">{label}</span>
          <X aria-hidden />
        </Button>
      ) : null}
      {isFiltered ? (
        <Button
          variant="ghost"
          onClick={() => {
            props.onStatuses([])
            props.onWorkflow('')
            props.onAgent('')
            props.onLabel('')
            props.onText('')
          }}
        >
          <X aria-hidden /> Clear
        </Button>
      ) : null}
    </div>
  )
}

const TYPING_MS = 300

/** Asks the server once the typing rests. */
function RunsSearch({ text, onText }: Pick<RunsFiltersProps, 'text' | 'onText'>) {
  const [typed, setTyped] = useState(text)
  const [asked, setAsked] = useState(text)
  if (asked !== text) {
    setAsked(text)
    setTyped(text)
  }
  useEffect(() => {
    if (typed === text) return
    const timer = setTimeout(() => onText(typed), TYPING_MS)
    return () => clearTimeout(timer)
  }, [typed, text, onText])
  return (
    <SearchInput
      label="Search runs"
      placeholder="Input, output, error, name, id"
      maxLength={200}
      value={typed}
      onValueChange={setTyped}
      className="w-full sm:w-64"
    />
  )
}

function StatusFilter({ statuses, onStatuses }: Pick<RunsFiltersProps, 'statuses' | 'onStatuses'>) {
  const [first] = statuses
  const label =
    first === undefined
      ? 'Every status'
      : statuses.length === 1
        ? RUN_STATUS_LOOKS[first].label
        : `${statuses.length} statuses`
  const toggle = (status: RunStatus, on: boolean) =>
    onStatuses(RUN_STATUSES.filter((each) => (each === status ? on : statuses.includes(each))))
  const item = (status: RunStatus) => (
    <DropdownMenuCheckboxItem
      key={status}
      checked={statuses.includes(status)}
      onCheckedChange={(on) => toggle(status, on)}
      // Choosing several is the point: the menu stays.
      onSelect={(event) => event.preventDefault()}
    >
      <RunStatusIcon status={status} className={cn(TONE_TEXT[RUN_STATUS_LOOKS[status].tone], 'animate-none!')} />
      {RUN_STATUS_LOOKS[status].label}
    </DropdownMenuCheckboxItem>
  )
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button aria-label={`Status: ${label}`}>
          <ListFilter aria-hidden className="text-muted-foreground" />
          {label}
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="start" className="w-52">
        <DropdownMenuLabel>Going on</DropdownMenuLabel>
        {OPEN.map(item)}
        <DropdownMenuSeparator />
        <DropdownMenuLabel>Ended</DropdownMenuLabel>
        {TERMINAL_STATUSES.map(item)}
        <DropdownMenuSeparator />
        <DropdownMenuItem onSelect={() => onStatuses([])} disabled={statuses.length === 0}>
          Every status
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  )
}

'use client'

import { ListFilter, X } from 'lucide-react'
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
  text: string
  onText: (text: string) => void
}

const ANY = 'any'
const OPEN = RUN_STATUSES.filter((status) => !(TERMINAL_STATUSES as readonly RunStatus[]).includes(status))

/** Filters of the list. All of them live in the URL, so a filtered list can be bookmarked and sent. */
export function RunsFilters(props: RunsFiltersProps) {
  const { statuses, workflowId, text } = props
  const workflows = useApi(contracts.listWorkflows, { query: { limit: 200 } })
  const isFiltered = statuses.length > 0 || workflowId !== '' || text !== ''
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SearchInput
        label="Search runs"
        placeholder="Workflow, person, node, error, id"
        value={text}
        onValueChange={props.onText}
        className="w-full sm:w-64"
      />
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
      {isFiltered ? (
        <Button
          variant="ghost"
          onClick={() => {
            props.onStatuses([])
            props.onWorkflow('')
            props.onText('')
          }}
        >
          <X aria-hidden /> Clear
        </Button>
      ) : null}
    </div>
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

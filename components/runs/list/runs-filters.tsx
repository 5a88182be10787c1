'use client'

import { ListFilter, X } from 'lucide-react'
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
import { LabelFilter } from './label-filter'
import { CustomTime, TimeFilter } from './time-filter'
import type { RunFilters } from './use-run-filters'

export interface RunsFiltersProps {
  filters: RunFilters
  onChange: (part: Partial<RunFilters>) => void
  /** Takes all of them away; absent while there are none. */
  onClear: (() => void) | undefined
  /** Labels of the runs that are shown. */
  labels: readonly string[]
}

const ANY = 'any'
const OPEN = RUN_STATUSES.filter((status) => !(TERMINAL_STATUSES as readonly RunStatus[]).includes(status))

/** Which runs the list shows. */
export function RunsFilters({ filters, onChange, onClear, labels }: RunsFiltersProps) {
  const { statuses, workflowId, agentId, label, text } = filters
  const workflows = useApi(contracts.listWorkflows, { query: { limit: 200 } })
  const agents = useApi(contracts.listAgents)
  return (
    <div className="flex flex-wrap items-center gap-2">
      <RunsSearch text={text} onText={(next) => onChange({ text: next })} />
      <StatusFilter statuses={statuses} onStatuses={(next) => onChange({ statuses: next })} />
      <TimeFilter filters={filters} onChange={onChange} />
      <Select value={workflowId || ANY} onValueChange={(id) => onChange({ workflowId: id === ANY ? '' : id })}>
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
        <Select value={agentId || ANY} onValueChange={(id) => onChange({ agentId: id === ANY ? '' : id })}>
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
      <LabelFilter label={label} known={labels} onLabel={(next) => onChange({ label: next })} />
      {onClear ? (
        <Button variant="ghost" onClick={onClear}>
          <X aria-hidden /> Clear
        </Button>
      ) : null}
      {filters.time === 'custom' ? <CustomTime filters={filters} onChange={onChange} /> : null}
    </div>
  )
}

const TYPING_MS = 300

/** Asks the server once the typing rests. */
function RunsSearch({ text, onText }: { text: string; onText: (text: string) => void }) {
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

interface StatusFilterProps {
  statuses: RunStatus[]
  onStatuses: (statuses: RunStatus[]) => void
}

function StatusFilter({ statuses, onStatuses }: StatusFilterProps) {
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

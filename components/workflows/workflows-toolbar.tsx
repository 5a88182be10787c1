'use client'

import { LayoutGrid, Rows3 } from 'lucide-react'
import { SearchInput } from '@/components/ui/search-input'
import { Segmented } from '@/components/ui/segmented'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { STATUS_FILTERS, type useWorkflowFilters } from './use-workflow-list'

const words = { published: 'Published', draft: 'Drafts', archived: 'Archived' } as const

const anyStatus = 'Any status'
const views = [
  { value: 'table', label: 'Table', icon: Rows3 },
  { value: 'cards', label: 'Cards', icon: LayoutGrid },
] as const

interface WorkflowsToolbarProps {
  filters: ReturnType<typeof useWorkflowFilters>[0]
  setFilters: ReturnType<typeof useWorkflowFilters>[1]
}

export function WorkflowsToolbar({ filters, setFilters }: WorkflowsToolbarProps) {
  return (
    <search className="flex flex-wrap items-center gap-2">
      <SearchInput
        label="Search workflows"
        value={filters.q}
        onValueChange={(q) => void setFilters({ q })}
        className="min-w-40 flex-1 md:max-w-72"
      />
      <Select
        value={filters.status ?? 'all'}
        onValueChange={(value) => void setFilters({ status: STATUS_FILTERS.find((each) => each === value) ?? null })}
      >
        <SelectTrigger aria-label="Status" className="w-34">
          {/* Said here as well: on the server the list of choices is not known yet. */}
          <SelectValue>{filters.status === null ? anyStatus : words[filters.status]}</SelectValue>
        </SelectTrigger>
        <SelectContent>
          <SelectItem value="all">{anyStatus}</SelectItem>
          {STATUS_FILTERS.map((status) => (
            <SelectItem key={status} value={status}>
              {words[status]}
            </SelectItem>
          ))}
        </SelectContent>
      </Select>
      <Segmented
        label="View"
        iconsOnly
        value={filters.view}
        onValueChange={(view) => void setFilters({ view })}
        options={views}
        className="ml-auto hidden lg:inline-flex"
      />
    </search>
  )
}

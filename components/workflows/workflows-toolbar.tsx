'use client'

import { LayoutGrid, Rows3 } from 'lucide-react'
import { SearchInput } from '@/components/ui/search-input'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { Tabs, TabsList, TabsTrigger } from '@/components/ui/tabs'
import { STATUS_FILTERS, type useWorkflowFilters } from './use-workflow-list'

const words = { published: 'Published', draft: 'Drafts', archived: 'Archived' } as const

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
        <SelectTrigger aria-label="Status" className="w-32">
          <SelectValue />
        </SelectTrigger>
        <SelectContent>
          <SelectItem value="all">All</SelectItem>
          {STATUS_FILTERS.map((status) => (
            <SelectItem key={status} value={status}>
              {words[status]}
            </SelectItem>
          ))}
        </SelectContent>
      </Select>
      <Tabs
        value={filters.view}
        onValueChange={(view) => void setFilters({ view: view === 'cards' ? 'cards' : 'table' })}
        className="ml-auto hidden md:block"
      >
        <TabsList variant="segmented" aria-label="View">
          <TabsTrigger value="table" aria-label="Table">
            <Rows3 aria-hidden />
          </TabsTrigger>
          <TabsTrigger value="cards" aria-label="Cards">
            <LayoutGrid aria-hidden />
          </TabsTrigger>
        </TabsList>
      </Tabs>
    </search>
  )
}

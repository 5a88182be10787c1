'use client'

import { Plus, SearchX, Upload } from 'lucide-react'
import { useState } from 'react'
import { PageBody, PageHeader } from '@/components/shell/page-header'
import { useMay } from '@/components/shell/use-principal'
import { Button } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/empty-state'
import { ErrorState } from '@/components/ui/error-state'
import { CreateWorkflowDialog } from './create-workflow-dialog'
import { ImportWorkflowDialog } from './import-workflow-dialog'
import type { WorkflowTemplate } from './templates'
import { useWorkflowFilters, useWorkflowList } from './use-workflow-list'
import { WorkflowCards } from './workflow-cards'
import { WorkflowTable } from './workflow-table'
import { WorkflowsEmpty } from './workflows-empty'
import { WorkflowsSkeleton } from './workflows-skeleton'
import { WorkflowsToolbar } from './workflows-toolbar'

/** The list of workflows: find, create, import, run. */
export function WorkflowsPage() {
  const [filters, setFilters] = useWorkflowFilters()
  const list = useWorkflowList(filters.q, filters.status)
  const mayWrite = useMay('workflow:write')
  const [template, setTemplate] = useState<WorkflowTemplate>()

  const workflows = list.data?.pages.flatMap((page) => page.items)
  const filtered = filters.q !== '' || filters.status !== null
  const nothingAtAll = workflows?.length === 0 && !filtered

  function create(from?: WorkflowTemplate) {
    setTemplate(from)
    void setFilters({ dialog: 'new' })
  }

  return (
    <PageBody>
      <PageHeader
        title="Workflows"
        description="Draw, publish and run what your team repeats."
        actions={
          mayWrite && !nothingAtAll ? (
            <>
              <Button onClick={() => void setFilters({ dialog: 'import' })}>
                <Upload aria-hidden />
                Import
              </Button>
              <Button variant="primary" onClick={() => create()}>
                <Plus aria-hidden />
                New workflow
              </Button>
            </>
          ) : undefined
        }
      />
      {nothingAtAll ? null : <WorkflowsToolbar filters={filters} setFilters={setFilters} />}
      {workflows === undefined ? (
        list.error ? (
          <ErrorState
            title="The workflows could not be loaded"
            description={list.error.message}
            reference={list.error.requestId ? `Request ${list.error.requestId}` : undefined}
            onRetry={() => void list.refetch()}
            retrying={list.isFetching}
          />
        ) : (
          <WorkflowsSkeleton view={filters.view} />
        )
      ) : nothingAtAll ? (
        <WorkflowsEmpty
          readOnly={!mayWrite}
          onCreate={() => create()}
          onImport={() => void setFilters({ dialog: 'import' })}
          onTemplate={create}
        />
      ) : workflows.length === 0 ? (
        <EmptyState
          icon={SearchX}
          title="No workflow matches"
          description="Try fewer letters, or look at all of them."
          actions={<Button onClick={() => void setFilters({ q: '', status: null })}>Show all workflows</Button>}
        />
      ) : (
        <div className={list.isPlaceholderData ? 'opacity-60 transition-opacity' : undefined}>
          {filters.view === 'table' ? (
            <div className="hidden lg:block">
              <WorkflowTable workflows={workflows} />
            </div>
          ) : null}
          <WorkflowCards workflows={workflows} className={filters.view === 'table' ? 'lg:hidden' : undefined} />
          {list.hasNextPage ? (
            <div className="mt-4 grid justify-center">
              <Button onClick={() => void list.fetchNextPage()} pending={list.isFetchingNextPage}>
                Show more
              </Button>
            </div>
          ) : null}
        </div>
      )}
      <CreateWorkflowDialog
        open={filters.dialog === 'new'}
        onOpenChange={(open) => void setFilters({ dialog: open ? 'new' : null }, { history: 'replace' })}
        template={template}
      />
      <ImportWorkflowDialog
        open={filters.dialog === 'import'}
        onOpenChange={(open) => void setFilters({ dialog: open ? 'import' : null }, { history: 'replace' })}
      />
    </PageBody>
  )
}

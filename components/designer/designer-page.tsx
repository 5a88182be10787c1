'use client'

import Link from 'next/link'
import { useSyncExternalStore } from 'react'
import { useMay } from '@/components/shell/use-principal'
import { Button } from '@/components/ui/button'
import { ErrorState } from '@/components/ui/error-state'
import { Skeleton } from '@/components/ui/skeleton'
import { messageOf } from '@/lib/api/client/error'
import { useApi } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import { Designer } from './designer'

/** Below this width there is no room to draw; one can still look. */
const PHONE = '(max-width: 767px)'

/** Loads a workflow and opens the designer on it. */
export function DesignerPage({ workflowId }: { workflowId: string }) {
  // What an earlier visit left in the cache may be old: a draft is opened as the server has it now.
  const workflow = useApi(
    contracts.getWorkflow,
    { params: { workflow_id: workflowId } },
    { staleTime: 0, refetchOnMount: 'always', refetchOnWindowFocus: 'always' },
  )
  const mayWrite = useMay('workflow:write')
  const phone = useIsPhone()
  if (workflow.isError && workflow.data === undefined) {
    return (
      <ErrorState
        title={workflow.error.status === 404 ? 'There is no such workflow' : 'The workflow could not be loaded'}
        description={messageOf(workflow.error)}
        reference={workflow.error.requestId}
        onRetry={workflow.error.status === 404 ? undefined : () => void workflow.refetch()}
        retrying={workflow.isFetching}
        actions={
          <Button asChild>
            <Link href="/workflows">All workflows</Link>
          </Button>
        }
      />
    )
  }
  if (workflow.data === undefined || !workflow.isFetchedAfterMount) return <DesignerSkeleton />
  const archived = workflow.data.status === 'archived'
  return (
    <div className="h-(--shell-height)">
      <Designer
        key={workflow.data.id}
        workflow={workflow.data}
        readOnlyBecause={archived ? 'archived' : !mayWrite ? 'role' : phone ? 'phone' : undefined}
      />
    </div>
  )
}

function subscribe(listener: () => void): () => void {
  const query = window.matchMedia(PHONE)
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}

function useIsPhone(): boolean {
  return useSyncExternalStore(
    subscribe,
    () => window.matchMedia(PHONE).matches,
    () => false,
  )
}

function DesignerSkeleton() {
  return (
    <div aria-busy className="flex h-(--shell-height) flex-col">
      <div className="flex h-13 items-center gap-3 border-b bg-card px-4">
        <Skeleton className="h-4 w-48" />
        <span className="flex-1" />
        <Skeleton className="h-8 w-20" />
        <Skeleton className="h-8 w-24" />
      </div>
      <div className="relative flex-1 bg-canvas">
        <Skeleton className="absolute top-1/2 left-1/4 h-16 w-60 -translate-y-1/2 rounded-xl" />
        <Skeleton className="absolute top-1/2 left-1/2 h-16 w-60 -translate-y-1/2 rounded-xl" />
      </div>
    </div>
  )
}

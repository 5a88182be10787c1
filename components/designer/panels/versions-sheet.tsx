'use client'

import { useQueryClient } from '@tanstack/react-query'
import { Check, Eye, RotateCcw } from 'lucide-react'
import { useState } from 'react'
import { useMay } from '@/components/shell/use-principal'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/empty-state'
import { ErrorState } from '@/components/ui/error-state'
import { Sheet, SheetContent } from '@/components/ui/sheet'
import { Skeleton } from '@/components/ui/skeleton'
import { Time } from '@/components/ui/time'
import { toast } from '@/components/ui/toast'
import { versionLabel } from '@/components/workflows/workflow-status'
import { callApi } from '@/lib/api/client/call'
import { messageOf } from '@/lib/api/client/error'
import { queryKey, useApiMutation, useApiPages } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import type { WorkflowVersion } from '@/lib/api/contracts/workflows'
import { publishAction } from '../actions/workflow-actions'
import { useAct, useDesigner, useServices, useUi } from '../designer-context'
import { VersionDialog } from './version-dialog'

/** Every version that was ever published: to look at, to go back to, to make the active one. */
export function VersionsSheet() {
  const { ui } = useServices()
  const open = useUi((state) => state.dialog === 'versions')
  return (
    <Sheet open={open} onOpenChange={(next) => ui.getState().set({ dialog: next ? 'versions' : null })}>
      <SheetContent title="Version history">
        <Versions />
      </SheetContent>
    </Sheet>
  )
}

function Versions() {
  const { workflowId } = useServices()
  const act = useAct()
  const [seen, setSeen] = useState<WorkflowVersion | null>(null)
  const versions = useApiPages(contracts.listVersions, { params: { workflow_id: workflowId } })
  if (versions.isError) {
    return (
      <ErrorState
        title="The versions could not be loaded"
        description={messageOf(versions.error)}
        onRetry={() => void versions.refetch()}
        retrying={versions.isFetching}
      />
    )
  }
  if (versions.data === undefined) {
    return (
      <div className="grid gap-3 p-4" aria-busy>
        <Skeleton className="h-16" />
        <Skeleton className="h-16" />
      </div>
    )
  }
  const items = versions.data.pages.flatMap((page) => page.items)
  if (items.length === 0) {
    return (
      <EmptyState
        title="Nothing is published yet"
        description="A version is a copy of the draft that runs use and nobody can change."
        actions={<Button onClick={() => act(publishAction)}>Publish the draft</Button>}
      />
    )
  }
  return (
    <div className="min-h-0 flex-1 overflow-y-auto px-4 pb-6">
      <ol className="grid gap-2">
        {items.map((version) => (
          <VersionItem key={version.id} version={version} onView={() => setSeen(version)} />
        ))}
      </ol>
      {versions.hasNextPage ? (
        <Button
          className="mt-3 w-full"
          pending={versions.isFetchingNextPage}
          onClick={() => void versions.fetchNextPage()}
        >
          Show older versions
        </Button>
      ) : null}
      <VersionDialog version={seen} onClose={() => setSeen(null)} />
    </div>
  )
}

function VersionItem({ version, onView }: { version: WorkflowVersion; onView: () => void }) {
  const { workflowId } = useServices()
  const client = useQueryClient()
  const readOnly = useDesigner((state) => state.readOnly)
  const mayPublish = useMay('workflow:publish')
  const restore = useRestoreVersion()
  const params = { workflow_id: workflowId }
  const activate = useApiMutation(contracts.activateVersion, {
    invalidates: [contracts.listVersions, contracts.listWorkflows],
    onSuccess: async (active) => {
      toast.success(`${versionLabel(active.label)} is active`, { description: 'New runs use it from now on.' })
      client.setQueryData(queryKey(contracts.getWorkflow, { params }), await callApi(contracts.getWorkflow, { params }))
    },
    onError: (error) => toast.error('The version could not be made active', { description: messageOf(error) }),
  })
  return (
    <li className="grid gap-2 rounded-lg border bg-card px-3 py-2.5">
      <div className="flex items-center gap-2">
        <span className="truncate font-semibold text-sm">{versionLabel(version.label)}</span>
        {version.label === String(version.number) ? null : (
          <span className="text-muted-foreground text-xs tabular-nums">number {version.number}</span>
        )}
        {version.active ? (
          <Badge tone="primary">
            <Check aria-hidden /> Active
          </Badge>
        ) : null}
        <span className="ml-auto shrink-0 text-muted-foreground text-xs">
          <Time value={version.created_at} />
        </span>
      </div>
      {version.note === '' ? null : <p className="whitespace-pre-line text-sm">{version.note}</p>}
      <div className="flex flex-wrap items-center gap-1.5">
        <span className="mr-auto truncate text-muted-foreground text-xs">{version.published_by ?? 'Unknown'}</span>
        <Button size="xs" onClick={onView}>
          <Eye aria-hidden /> View
        </Button>
        {readOnly ? null : (
          <Button size="xs" onClick={() => void restore(version)}>
            <RotateCcw aria-hidden /> Restore as draft
          </Button>
        )}
        {version.active || !mayPublish ? null : (
          <Button
            size="xs"
            pending={activate.isPending}
            onClick={() => activate.mutate({ params: { ...params, number: version.number } })}
          >
            Make active
          </Button>
        )}
      </div>
    </li>
  )
}

/** Puts a version into the draft as one undoable change. */
export function useRestoreVersion(): (version: WorkflowVersion) => Promise<void> {
  const { workflowId, store, ui, actions } = useServices()
  return async (version) => {
    try {
      const params = { workflow_id: workflowId, number: version.number }
      const { definition } = await callApi(contracts.getVersion, { params })
      store.getState().replace(definition, `Restore ${versionLabel(version.label)}`)
      ui.getState().set({ dialog: null })
      actions.canvas.fit()
      actions.notify(`The draft is ${versionLabel(version.label)} again. Undo takes it back.`)
    } catch (error) {
      actions.notify(`The version could not be restored: ${messageOf(error)}`, 'error')
    }
  }
}

'use client'

import { RotateCcw } from 'lucide-react'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { Dialog, DialogContent, DialogFooter, DialogHeader } from '@/components/ui/dialog'
import { ErrorState } from '@/components/ui/error-state'
import { JsonView } from '@/components/ui/json-view'
import { Skeleton } from '@/components/ui/skeleton'
import { Tabs, TabsContent, TabsList, TabsTrigger } from '@/components/ui/tabs'
import { versionLabel } from '@/components/workflows/workflow-status'
import { messageOf } from '@/lib/api/client/error'
import { useApi } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import type { WorkflowVersion } from '@/lib/api/contracts/workflows'
import { diffDefinitions } from '@/lib/workflow/diff'
import { useDesigner, useServices } from '../designer-context'
import { GraphView } from '../graph-view'
import { ChangeList } from './change-list'
import { useRestoreVersion } from './versions-sheet'

/** One version as it was published: its graph, how the draft differs from it, and its JSON. */
export function VersionDialog({ version, onClose }: { version: WorkflowVersion | null; onClose: () => void }) {
  return (
    <Dialog open={version !== null} onOpenChange={(open) => (open ? undefined : onClose())}>
      <DialogContent size="xl" className="h-[min(46rem,calc(100dvh-2rem))]" aria-describedby={undefined}>
        {version === null ? null : <VersionBody version={version} onClose={onClose} />}
      </DialogContent>
    </Dialog>
  )
}

function VersionBody({ version, onClose }: { version: WorkflowVersion; onClose: () => void }) {
  const { workflowId } = useServices()
  const draft = useDesigner((state) => state.definition)
  const readOnly = useDesigner((state) => state.readOnly)
  const restore = useRestoreVersion()
  const [restoring, setRestoring] = useState(false)
  const detail = useApi(
    contracts.getVersion,
    { params: { workflow_id: workflowId, number: version.number } },
    { staleTime: Number.POSITIVE_INFINITY },
  )
  const changes = detail.data === undefined ? [] : diffDefinitions(detail.data.definition, draft)
  return (
    <>
      <DialogHeader title={versionLabel(version.label)} />
      {detail.isError ? (
        <ErrorState title="The version could not be loaded" description={messageOf(detail.error)} />
      ) : detail.data === undefined ? (
        <Skeleton className="mx-5 min-h-0 flex-1" />
      ) : (
        <Tabs defaultValue="graph" className="flex min-h-0 flex-1 flex-col">
          <TabsList className="px-5">
            <TabsTrigger value="graph">Graph</TabsTrigger>
            <TabsTrigger value="changes">Since then ({changes.length})</TabsTrigger>
            <TabsTrigger value="json">JSON</TabsTrigger>
          </TabsList>
          <TabsContent value="graph" className="relative min-h-0 flex-1">
            <GraphView definition={detail.data.definition} />
          </TabsContent>
          <TabsContent value="changes" className="min-h-0 flex-1 overflow-y-auto px-5 py-3">
            {changes.length === 0 ? (
              <p className="text-muted-foreground text-sm">The draft is exactly this version.</p>
            ) : (
              <ChangeList changes={changes} />
            )}
          </TabsContent>
          <TabsContent value="json" className="min-h-0 flex-1 overflow-y-auto px-5 py-3">
            <JsonView value={detail.data.definition} openDepth={2} />
          </TabsContent>
        </Tabs>
      )}
      <DialogFooter className="border-t">
        <Button onClick={onClose}>Close</Button>
        {readOnly ? null : (
          <Button
            variant="primary"
            pending={restoring}
            onClick={async () => {
              setRestoring(true)
              await restore(version)
              setRestoring(false)
              onClose()
            }}
          >
            <RotateCcw aria-hidden /> Restore as draft
          </Button>
        )}
      </DialogFooter>
    </>
  )
}

'use client'

import { Play, SquareActivity } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { useMay } from '@/components/shell/use-principal'
import { Button } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/empty-state'
import { useApi } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import { RunDialog } from '../run-dialog'

/** Nothing has run yet: offer to run something now. */
export function NoRuns() {
  const workflows = useApi(contracts.listWorkflows, { query: { limit: 50, status: 'published' } })
  const mayRun = useMay('workflow:execute')
  const [open, setOpen] = useState(false)
  const [workflow] = workflows.data?.items ?? []
  const canRun = mayRun && workflow !== undefined
  return (
    <div className="rounded-lg border border-dashed">
      <EmptyState
        icon={SquareActivity}
        title="Nothing has run yet"
        description={
          canRun
            ? `Start “${workflow.name}” and follow it here while it works. Runs started over the API appear here too.`
            : 'Runs appear here the moment they start, from the browser or over the API. A workflow must be published to run.'
        }
        actions={
          canRun ? (
            <>
              <Button variant="primary" onClick={() => setOpen(true)}>
                <Play aria-hidden /> Run “{workflow.name}”
              </Button>
              <Button asChild>
                <Link href="/workflows">Choose another</Link>
              </Button>
            </>
          ) : (
            <Button asChild>
              <Link href="/workflows">Go to the workflows</Link>
            </Button>
          )
        }
      />
      {workflow ? <RunDialog workflowId={workflow.id} open={open} onOpenChange={setOpen} /> : null}
    </div>
  )
}

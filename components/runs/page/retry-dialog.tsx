'use client'

import { RotateCw, TriangleAlert } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { Dialog, DialogBody, DialogContent, DialogFooter, DialogHeader } from '@/components/ui/dialog'
import { Segmented } from '@/components/ui/segmented'
import { Skeleton } from '@/components/ui/skeleton'
import { toast } from '@/components/ui/toast'
import { messageOf } from '@/lib/api/client/error'
import { useApi, useApiMutation } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import type { Run } from '@/lib/api/contracts/runs'
import { pathText } from '../describe-event'

export interface RetryDialogProps {
  run: Run
  /** The step to begin again at; absent: a retry of what failed. */
  from?: { nodeId: string; name: string; path: readonly string[] }
  onOpenChange: (open: boolean) => void
}

/** Before a run is continued as a new one: which results are taken over, and what happens again. */
export function RetryDialog({ run, from, onOpenChange }: RetryDialogProps) {
  const router = useRouter()
  const [reach, setReach] = useState<'one' | 'all'>('one')
  const path = from !== undefined && from.path.length > 0 && reach === 'one' ? from.path : undefined
  const plan = useApi(contracts.getRetryPlan, {
    params: { run_id: run.id },
    query: from === undefined ? {} : { from_node: from.nodeId, ...(path ? { path: path.join('/') } : {}) },
  })
  const done = {
    invalidates: [contracts.listRuns],
    onSuccess: (made: Run) => {
      onOpenChange(false)
      router.push(`/runs/${made.id}`)
    },
    onError: (error: unknown) => toast.error(messageOf(error)),
  }
  const retry = useApiMutation(contracts.commandRun, done)
  const fork = useApiMutation(contracts.forkRun, done)
  const start = () => {
    const params = { run_id: run.id }
    if (from === undefined) return retry.mutate({ params, body: { command: 'retry' } })
    fork.mutate({ params, body: { from_node: from.nodeId, ...(path ? { path: [...path] } : {}) } })
  }
  const acting = plan.data?.again.filter((step) => step.side_effect) ?? []
  return (
    <Dialog open onOpenChange={onOpenChange}>
      <DialogContent size="md">
        <DialogHeader
          title={from === undefined ? 'Retry this run?' : `Run again from “${from.name}”?`}
          description="A new run takes over the results that still hold and runs the rest. This run stays as it is."
        />
        <DialogBody className="grid grid-cols-[minmax(0,1fr)] content-start gap-4">
          {from === undefined || from.path.length === 0 ? null : (
            <Segmented
              label="Where it begins again"
              value={reach}
              onValueChange={setReach}
              options={[
                { value: 'one', label: `At ${pathText(from.path)}` },
                { value: 'all', label: 'At all of them' },
              ]}
            />
          )}
          {plan.isError ? (
            <p role="alert" className="text-failure text-sm">
              {messageOf(plan.error)}
            </p>
          ) : plan.data === undefined ? (
            <div aria-busy className="grid gap-2">
              <Skeleton className="h-4 w-32" />
              <Skeleton className="h-20" />
            </div>
          ) : (
            <>
              <Steps title="Runs again" steps={plan.data.again} empty="Whatever was not reached yet." acts />
              <Steps title="Reused, not run again" steps={plan.data.reused} empty="Nothing: it begins at the start." />
            </>
          )}
          {acting.length === 0 ? null : (
            <p className="flex items-start gap-2 rounded-md bg-waiting-soft px-3 py-2 text-sm text-waiting">
              <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
              {acting.length === 1 ? '1 of these steps calls' : `${acting.length} of these steps call`} something
              outside that may act a second time.
            </p>
          )}
        </DialogBody>
        <DialogFooter>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button
            variant="primary"
            disabled={plan.data === undefined}
            pending={retry.isPending || fork.isPending}
            onClick={start}
          >
            <RotateCw aria-hidden /> {from === undefined ? 'Retry' : 'Run again from here'}
          </Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  )
}

type PlannedStep = { node_key: string; node_name: string; path: string[]; side_effect: boolean }
const SHOWN_STEPS = 200

function Steps(props: { title: string; steps: readonly PlannedStep[]; empty: string; acts?: boolean }) {
  const { title, steps, empty, acts } = props
  const shown = steps.slice(0, SHOWN_STEPS)
  return (
    <section className="grid gap-1.5">
      <h3 className="font-medium text-muted-foreground text-xs">
        {title} <span className="tabular-nums">({steps.length.toLocaleString()})</span>
      </h3>
      {steps.length === 0 ? (
        <p className="text-muted-foreground text-sm">{empty}</p>
      ) : (
        <ul className="max-h-44 divide-y overflow-y-auto rounded-lg border bg-card text-sm">
          {shown.map((step) => (
            <li key={step.node_key} className="flex items-baseline gap-2 px-3 py-1.5">
              <span className="truncate">{step.node_name}</span>
              <span className="shrink-0 text-muted-foreground text-xs">{pathText(step.path)}</span>
              {acts && step.side_effect ? (
                <span className="ml-auto shrink-0 text-2xs text-waiting">acts outside</span>
              ) : null}
            </li>
          ))}
          {steps.length > shown.length ? (
            <li className="px-3 py-1.5 text-muted-foreground text-xs">
              and {(steps.length - shown.length).toLocaleString()} more
            </li>
          ) : null}
        </ul>
      )}
    </section>
  )
}

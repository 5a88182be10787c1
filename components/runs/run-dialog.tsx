'use client'

import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { Dialog, DialogBody, DialogContent, DialogHeader } from '@/components/ui/dialog'
import { ErrorState } from '@/components/ui/error-state'
import { Skeleton } from '@/components/ui/skeleton'
import { messageOf } from '@/lib/api/client/error'
import { useApi } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import type { Run } from '@/lib/api/contracts/runs'
import type { Workflow } from '@/lib/api/contracts/workflows'
import { type RunAnswers, RunForm } from './run-form'
import { DRAFT, type VersionChoice } from './version-select'

export interface RunDialogProps {
  workflowId: string
  open: boolean
  onOpenChange: (open: boolean) => void
  /** Start with the draft chosen, e.g. from the designer. */
  draft?: boolean
  /** Start with these answers, e.g. of the run that is run again. */
  initial?: RunAnswers
  /** Instead of going to the page of the run. */
  onStarted?: (run: Run) => void
}

/** Asks for the inputs that a workflow declares and starts a run. */
export function RunDialog(props: RunDialogProps) {
  return (
    <Dialog open={props.open} onOpenChange={props.onOpenChange}>
      <DialogContent size="lg" aria-describedby={undefined}>
        <RunDialogContent {...props} />
      </DialogContent>
    </Dialog>
  )
}

function RunDialogContent({ workflowId, draft, initial, onOpenChange, onStarted }: RunDialogProps) {
  const router = useRouter()
  // The draft may have been saved a second ago in the designer: what the form asks must be what will run.
  const workflow = useApi(contracts.getWorkflow, { params: { workflow_id: workflowId } }, { staleTime: 0 })
  if (workflow.isError) {
    return (
      <>
        <DialogHeader title="Run" />
        <ErrorState
          title="The workflow could not be loaded"
          description={messageOf(workflow.error)}
          reference={workflow.error.requestId}
          onRetry={() => void workflow.refetch()}
          retrying={workflow.isFetching}
        />
      </>
    )
  }
  if (workflow.data === undefined || (draft && workflow.isFetching)) return <RunDialogSkeleton />
  return (
    <VersionedForm
      workflow={workflow.data}
      draft={draft ?? false}
      initial={initial}
      onCancel={() => onOpenChange(false)}
      onStarted={(run) => {
        onOpenChange(false)
        if (onStarted) onStarted(run)
        else router.push(`/runs/${run.id}`)
      }}
    />
  )
}

interface VersionedFormProps {
  workflow: Workflow
  draft: boolean
  initial: RunAnswers | undefined
  onCancel: () => void
  onStarted: (run: Run) => void
}

/** Holds the choice of the version: each has inputs of its own, and what was typed is kept across a change. */
function VersionedForm({ workflow, draft, initial, onCancel, onStarted }: VersionedFormProps) {
  const active = workflow.active_version
  const [choice, setChoice] = useState<VersionChoice>(draft || !active ? DRAFT : active.number)
  const [answers, setAnswers] = useState<RunAnswers>(initial ?? {})
  const version = useApi(
    contracts.getVersion,
    { params: { workflow_id: workflow.id, number: choice === DRAFT ? 0 : choice } },
    { enabled: choice !== DRAFT, staleTime: Number.POSITIVE_INFINITY },
  )
  const definition = choice === DRAFT ? workflow.definition : version.data?.definition
  if (choice !== DRAFT && version.isError) {
    return (
      <>
        <DialogHeader title={`Run ${workflow.name}`} />
        <ErrorState
          title={`Version ${choice} could not be loaded`}
          description={messageOf(version.error)}
          onRetry={() => void version.refetch()}
          retrying={version.isFetching}
        />
      </>
    )
  }
  if (definition === undefined) return <RunDialogSkeleton title={`Run ${workflow.name}`} />
  return (
    <RunForm
      key={String(choice)}
      workflow={workflow}
      schema={definition.inputs}
      choice={choice}
      onChoice={(next, typed) => {
        setAnswers(typed)
        setChoice(next)
      }}
      answers={answers}
      onCancel={onCancel}
      onStarted={onStarted}
    />
  )
}

function RunDialogSkeleton({ title = 'Run' }: { title?: string }) {
  return (
    <>
      <DialogHeader title={title} />
      <DialogBody aria-busy className="grid gap-4 pb-6">
        <Skeleton className="h-3.5 w-24" />
        <Skeleton className="h-8" />
        <Skeleton className="h-3.5 w-32" />
        <Skeleton className="h-8" />
      </DialogBody>
    </>
  )
}

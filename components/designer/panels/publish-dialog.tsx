'use client'

import { useQueryClient } from '@tanstack/react-query'
import { CircleAlert, Rocket } from 'lucide-react'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { Dialog, DialogBody, DialogContent, DialogFooter, DialogHeader } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Skeleton } from '@/components/ui/skeleton'
import { Textarea } from '@/components/ui/textarea'
import { toast } from '@/components/ui/toast'
import { versionLabel } from '@/components/workflows/workflow-status'
import { callApi } from '@/lib/api/client/call'
import { messageOf } from '@/lib/api/client/error'
import { queryKey, useApi, useApiMutation } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import { diffDefinitions } from '@/lib/workflow/diff'
import { useDesigner, useProblems, useServices, useUi, useWorkflow } from '../designer-context'
import { ChangeList } from './change-list'
import { ProblemList } from './problems-panel'

/** Makes the draft the version that runs: what changes by it, and what stands in the way. */
export function PublishDialog() {
  const { ui } = useServices()
  const open = useUi((state) => state.dialog === 'publish')
  const setOpen = (next: boolean) => ui.getState().set({ dialog: next ? 'publish' : null })
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogContent size="lg">
        <PublishBody onClose={() => setOpen(false)} />
      </DialogContent>
    </Dialog>
  )
}

function PublishBody({ onClose }: { onClose: () => void }) {
  const { autosave, workflowId, actions, store } = useServices()
  const client = useQueryClient()
  const workflow = useWorkflow()
  const definition = useDesigner((state) => state.definition)
  const errors = useProblems((state) => state.problems).filter((problem) => problem.severity === 'error')
  const [label, setLabel] = useState('')
  const [note, setNote] = useState('')
  const [saving, setSaving] = useState<string | true>()
  const active = workflow.active_version
  const version = useApi(
    contracts.getVersion,
    { params: { workflow_id: workflowId, number: active?.number ?? 0 } },
    { enabled: active !== null, staleTime: Number.POSITIVE_INFINITY },
  )
  const publish = useApiMutation(contracts.publishWorkflow, {
    invalidates: [contracts.listVersions, contracts.listWorkflows],
  })
  const changes = version.data === undefined ? undefined : diffDefinitions(version.data.definition, definition)
  const unchanged = active !== null && changes !== undefined && changes.length === 0

  const submit = async () => {
    setSaving(true)
    try {
      await autosave.flush()
    } catch (error) {
      return setSaving(messageOf(error))
    }
    setSaving(undefined)
    const body = {
      ...(label.trim() === '' ? {} : { label: label.trim() }),
      ...(note.trim() === '' ? {} : { note: note.trim() }),
    }
    publish.mutate(
      { params: { workflow_id: workflowId }, body },
      {
        onSuccess: async (published) => {
          onClose()
          toast.success(`${versionLabel(published.label)} is published`, {
            description: 'New runs use it from now on.',
          })
          const params = { workflow_id: workflowId }
          client.setQueryData(
            queryKey(contracts.getWorkflow, { params }),
            await callApi(contracts.getWorkflow, { params }),
          )
        },
      },
    )
  }
  return (
    <form
      className="flex min-h-0 flex-1 flex-col"
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <DialogHeader
        title="Publish"
        description={
          active === null
            ? 'The first version: from then on this workflow can be run from outside.'
            : `It replaces ${versionLabel(active.label)} for new runs. Runs that are going on keep theirs.`
        }
      />
      <DialogBody className="grid content-start gap-5 pb-4">
        {errors.length === 0 ? null : (
          <section className="overflow-hidden rounded-lg border border-failure/40">
            <h3 className="flex items-center gap-2 bg-failure-soft px-3 py-2 font-medium text-failure text-sm">
              <CircleAlert aria-hidden className="size-4" />
              {errors.length === 1 ? '1 error stands in the way' : `${errors.length} errors stand in the way`}
            </h3>
            <ProblemList problems={errors} onGo={onClose} />
          </section>
        )}
        <section className="grid gap-2">
          <h3 className="font-medium text-sm">{active === null ? 'What it holds' : 'What changes'}</h3>
          {active === null ? (
            <p className="text-muted-foreground text-sm">
              {definition.nodes.length} steps and {definition.edges.length} connections.
            </p>
          ) : version.isError ? (
            <p className="text-failure text-sm">The active version could not be read: {messageOf(version.error)}</p>
          ) : changes === undefined ? (
            <Skeleton className="h-20" />
          ) : unchanged ? (
            <p className="text-muted-foreground text-sm">Nothing: the draft is what is published already.</p>
          ) : (
            <ChangeList
              changes={changes}
              onSelect={(nodeId) => {
                onClose()
                store.getState().select({ nodes: [nodeId], edges: [] })
                actions.canvas.reveal(nodeId)
              }}
            />
          )}
        </section>
        <div className="grid gap-4 sm:grid-cols-[10rem_1fr]">
          <Field label="Label" optional error={publish.error?.fieldError('label')}>
            <Input
              placeholder={active === null ? '0' : String(active.number + 1)}
              maxLength={50}
              value={label}
              onChange={(event) => setLabel(event.target.value)}
            />
          </Field>
          <Field label="Note" optional error={publish.error?.fieldError('note')}>
            <Textarea
              rows={2}
              maxLength={4_000}
              placeholder="What is new, for whoever reads the history"
              value={note}
              onChange={(event) => setNote(event.target.value)}
            />
          </Field>
        </div>
        {publish.isError || typeof saving === 'string' ? (
          <p role="alert" className="rounded-md bg-failure-soft px-3 py-2 text-failure text-sm">
            {typeof saving === 'string' ? saving : messageOf(publish.error)}
          </p>
        ) : null}
      </DialogBody>
      <DialogFooter className="border-t">
        <Button onClick={onClose}>Cancel</Button>
        <Button
          type="submit"
          variant="primary"
          disabled={errors.length > 0 || unchanged}
          pending={saving === true || publish.isPending}
        >
          <Rocket aria-hidden /> Publish
        </Button>
      </DialogFooter>
    </form>
  )
}

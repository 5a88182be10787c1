'use client'

import { ChevronRight, CircleAlert, Play } from 'lucide-react'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { DialogBody, DialogFooter, DialogHeader } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { Kbd } from '@/components/ui/kbd'
import { messageOf } from '@/lib/api/client/error'
import { useApiMutation } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import type { Run, StartRunBody } from '@/lib/api/contracts/runs'
import type { Workflow } from '@/lib/api/contracts/workflows'
import { newId } from '@/lib/ids'
import { startRunCurl } from './run-curl'
import type { JsonSchema } from './schema/field-model'
import { useSchemaForm } from './schema/use-schema-form'
import { SchemaForm } from './schema-form'
import { rowsOf, type VariableRow, VariablesField, variablesOf } from './variables-field'
import { DRAFT, type VersionChoice, VersionSelect } from './version-select'

/** What was answered; the parts of a start body that a form holds. */
export interface RunAnswers {
  input?: unknown
  dynamic_variables?: Record<string, unknown>
  runtime_variables?: Record<string, unknown>
}

export interface RunFormProps {
  workflow: Workflow
  /** The declared inputs of the chosen version. */
  schema: JsonSchema
  choice: VersionChoice
  /** Another version was chosen; `typed` is what to carry over. */
  onChoice: (choice: VersionChoice, typed: RunAnswers) => void
  answers: RunAnswers
  onCancel: () => void
  onStarted: (run: Run) => void
}

/** The inputs of one version, and the button that starts a run with them. */
export function RunForm({ workflow, schema, choice, onChoice, answers, onCancel, onStarted }: RunFormProps) {
  const form = useSchemaForm(schema, answers.input)
  const [dynamic, setDynamic] = useState<VariableRow[]>(() => rowsOf(answers.dynamic_variables ?? {}))
  const [runtime, setRuntime] = useState<VariableRow[]>(() => rowsOf(answers.runtime_variables ?? {}))
  const [advanced, setAdvanced] = useState(dynamic.length + runtime.length > 0)
  // One key for one intent: a second click, or a try after a lost answer, cannot start a second run.
  const [idempotencyKey, setIdempotencyKey] = useState(() => newId())
  const start = useApiMutation(contracts.startRun, { invalidates: [contracts.listRuns, contracts.listWorkflows] })

  const body: StartRunBody = {
    input: form.value ?? {},
    ...(dynamic.length > 0 ? { dynamic_variables: variablesOf(dynamic) } : {}),
    ...(runtime.length > 0 ? { runtime_variables: variablesOf(runtime) } : {}),
    ...versionPart(choice, workflow),
  }

  function submit() {
    if (start.isPending || !form.validate()) return
    start.mutate(
      { params: { workflow_id: workflow.id }, body, headers: { 'idempotency-key': idempotencyKey } },
      {
        onSuccess: onStarted,
        onError: (error) => {
          form.showProblems(error.errors, ['input', 'inputs'])
          // Answered: the next attempt is another request. Without an answer it is still the same one.
          if (error.code !== 'network') setIdempotencyKey(newId())
        },
      },
    )
  }

  const typed: RunAnswers = {
    input: form.value,
    dynamic_variables: variablesOf(dynamic),
    runtime_variables: variablesOf(runtime),
  }
  return (
    <form
      noValidate
      className="flex min-h-0 flex-1 flex-col"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) {
          event.preventDefault()
          submit()
        }
      }}
    >
      <DialogHeader title={`Run ${workflow.name}`} description={workflow.description || undefined} />
      <DialogBody className="grid content-start gap-5 pb-4">
        <Field
          label="Version"
          hint={choice === DRAFT ? 'The draft as it is saved now; nothing needs to be published.' : undefined}
        >
          <VersionSelect workflow={workflow} value={choice} onValueChange={(next) => onChoice(next, typed)} />
        </Field>
        <SchemaForm
          schema={schema}
          value={form.value}
          onChange={form.setValue}
          errors={form.errors}
          onTextProblem={form.onTextProblem}
          disabled={start.isPending}
          heading={<p className="font-medium text-sm">Inputs</p>}
          nothing={
            <p className="text-muted-foreground text-sm">This workflow asks for nothing. It can start at once.</p>
          }
        />
        <div className="grid gap-4 border-t pt-3">
          <button
            type="button"
            aria-expanded={advanced}
            onClick={() => setAdvanced(!advanced)}
            className="flex w-fit items-center gap-1 rounded-sm text-muted-foreground text-sm hover:text-foreground"
          >
            <ChevronRight
              aria-hidden
              className={`size-4 transition-transform motion-reduce:transition-none ${advanced ? 'rotate-90' : ''}`}
            />
            Variables
          </button>
          {advanced ? (
            <>
              <VariablesField
                title="Dynamic variables"
                hint="Fill {{name}} in prompts, conditions and tools. Numbers, true, false and JSON are read as such."
                rows={dynamic}
                onChange={setDynamic}
                disabled={start.isPending}
              />
              <VariablesField
                title="Runtime variables"
                hint="Fill [[name]]."
                rows={runtime}
                onChange={setRuntime}
                disabled={start.isPending}
              />
            </>
          ) : null}
        </div>
        {start.isError ? (
          <p role="alert" className="flex items-start gap-2 rounded-md bg-failure-soft px-3 py-2 text-failure text-sm">
            <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
            {messageOf(start.error)}
          </p>
        ) : null}
      </DialogBody>
      <DialogFooter className="border-t">
        <CopyButton
          value={() => startRunCurl(window.location.origin, workflow.id, body)}
          label="Copy as curl"
          text="Copy as curl"
          className="mr-auto"
        />
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" variant="primary" pending={start.isPending}>
          <Play aria-hidden /> Run
          <Kbd className="max-md:hidden border-transparent bg-primary-foreground/15 text-primary-foreground">↵</Kbd>
        </Button>
      </DialogFooter>
    </form>
  )
}

/** The active version is what a start without a version means: it stays unsaid, so a copied curl line follows it. */
function versionPart(choice: VersionChoice, workflow: Workflow): Pick<StartRunBody, 'version' | 'draft'> {
  if (choice === DRAFT) return { draft: true }
  return choice === workflow.active_version?.number ? {} : { version: choice }
}

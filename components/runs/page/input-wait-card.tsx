'use client'

import { CircleAlert, CornerDownLeft, Send } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { Time } from '@/components/ui/time'
import { messageOf } from '@/lib/api/client/error'
import { useApiMutation } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import type { OpenWait } from '@/lib/api/contracts/runs'
import { pathText } from '../describe-event'
import { Markdown } from '../markdown'
import { useSchemaForm } from '../schema/use-schema-form'
import { SchemaForm } from '../schema-form'

export interface InputWaitCardProps {
  runId: string
  wait: OpenWait
  /** Key of the answer: the node id, or the thread where several visits of the node wait at once. */
  answerKey: string
  mayAnswer: boolean
}

const ANYTHING = { type: 'object' }

/** A question of a run, answered in place. Key it by `wait.id`. */
export function InputWaitCard({ runId, wait, answerKey, mayAnswer }: InputWaitCardProps) {
  const schema = wait.schema ?? ANYTHING
  const form = useSchemaForm(schema)
  const answer = useApiMutation(contracts.commandRun, { invalidates: [contracts.getRun, contracts.listRuns] })

  function submit() {
    if (answer.isPending || !form.validate()) return
    answer.mutate(
      { params: { run_id: runId }, body: { command: 'data', inputs: { [answerKey]: form.value ?? {} } } },
      { onError: (error) => form.showProblems(error.errors, [`inputs.${answerKey}`, 'inputs', 'data']) },
    )
  }

  return (
    <form
      noValidate
      data-wait={wait.id}
      className="grid grid-cols-[minmax(0,1fr)] gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <div className="grid gap-1">
        <p className="text-muted-foreground text-xs">
          {wait.node_name}
          {wait.path.length > 0 ? ` (${pathText(wait.path)})` : ''} asks, <Time value={wait.created_at} />
          {wait.due_at ? (
            <>
              , due <Time value={wait.due_at} className="text-waiting" />
            </>
          ) : null}
        </p>
        <Markdown text={wait.title} className="font-medium text-base" />
        {wait.instructions ? <Markdown text={wait.instructions} className="text-muted-foreground" /> : null}
      </div>
      {mayAnswer ? (
        <>
          <SchemaForm
            schema={schema}
            value={form.value}
            onChange={form.setValue}
            errors={form.errors}
            onTextProblem={form.onTextProblem}
            disabled={answer.isPending || answer.isSuccess}
          />
          {answer.isError ? (
            <p
              role="alert"
              className="flex items-start gap-2 rounded-md bg-failure-soft px-3 py-2 text-failure text-sm"
            >
              <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
              {messageOf(answer.error)}
            </p>
          ) : null}
          <Button
            type="submit"
            variant="primary"
            pending={answer.isPending}
            disabled={answer.isSuccess}
            className="w-fit max-sm:h-10 max-sm:w-full"
          >
            {answer.isSuccess ? <CornerDownLeft aria-hidden /> : <Send aria-hidden />}
            {answer.isSuccess ? 'Sent' : 'Send answer'}
          </Button>
        </>
      ) : (
        <p className="rounded-md bg-muted px-3 py-2 text-muted-foreground text-sm">
          Your role may follow runs but not answer them.
        </p>
      )}
    </form>
  )
}

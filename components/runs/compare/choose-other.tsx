'use client'

import { GitCompareArrows } from 'lucide-react'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/empty-state'
import { ErrorState } from '@/components/ui/error-state'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Skeleton } from '@/components/ui/skeleton'
import { messageOf } from '@/lib/api/client/error'
import { useApi } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import type { Run } from '@/lib/api/contracts/runs'
import { parseId } from '@/lib/ids'
import { ComparedRun } from './compared-run'

/** Which run to compare with: the one it was made from, an earlier one of its workflow, or any by its id. */
export function ChooseOther({ runId, onChoose }: { runId: string; onChoose: (runId: string) => void }) {
  const run = useApi(contracts.getRun, { params: { run_id: runId } })
  if (run.isError) return <ErrorState title="The run could not be loaded" description={messageOf(run.error)} />
  return run.data ? <Choices run={run.data} onChoose={onChoose} /> : <Skeleton className="h-64" />
}

const SHOWN = 10

function Choices({ run, onChoose }: { run: Run; onChoose: (runId: string) => void }) {
  const query = { workflow_id: run.workflow_id, created_before: run.created_at, limit: SHOWN }
  const earlier = useApi(contracts.listRuns, { query })
  const source = useApi(
    contracts.getRun,
    { params: { run_id: run.source_run_id ?? run.id } },
    { enabled: run.source_run_id !== null },
  )
  const [chosen, setChosen] = useState<string>()
  const [typed, setTyped] = useState('')
  const others = [
    ...(run.source_run_id !== null && source.data ? [source.data] : []),
    ...(earlier.data?.items ?? []).filter(({ id }) => id !== run.source_run_id),
  ]
  const isTyped = typed.trim() !== ''
  const id = isTyped ? parseId(typed.trim()) : (chosen ?? others[0]?.id)
  return (
    <form
      className="grid max-w-2xl gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (id !== undefined) onChoose(id)
      }}
    >
      <ComparedRun letter="B" run={run} />
      <fieldset className="grid gap-2">
        <legend className="mb-2 font-medium text-sm">Compare it with</legend>
        {others.map((other) => (
          <label
            key={other.id}
            className="grid cursor-pointer grid-cols-[auto_minmax(0,1fr)] items-center gap-2.5 rounded-lg has-focus-visible:outline-2 has-focus-visible:outline-ring"
          >
            <input
              type="radio"
              className="accent-primary"
              name="other"
              value={other.id}
              aria-label={`Run of ${other.created_at}${other.id === run.source_run_id ? ', the one this was made from' : ''}`}
              checked={!isTyped && id === other.id}
              onChange={() => {
                setChosen(other.id)
                setTyped('')
              }}
            />
            <ComparedRun letter="A" run={other} />
          </label>
        ))}
        {earlier.data && others.length === 0 ? (
          <EmptyState icon={GitCompareArrows} title="There is no earlier run of this workflow" />
        ) : null}
      </fieldset>
      <Field label="Or any other run" error={isTyped && id === undefined ? 'This is not the id of a run.' : undefined}>
        <Input value={typed} onChange={(event) => setTyped(event.target.value)} placeholder="Id of a run" />
      </Field>
      <div>
        <Button type="submit" variant="primary" disabled={id === undefined}>
          <GitCompareArrows aria-hidden /> Compare
        </Button>
      </div>
    </form>
  )
}

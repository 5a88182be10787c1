'use client'

import { type FormEvent, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { toast } from '@/components/ui/toast'
import { useApiMutation } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import { formatLimit, type LimitItem } from './limit-words'

/** How many runs the team may have at once, to be changed by those who manage it. */
export function TeamRunsForm({ limit: { value, ceiling, unit } }: { limit: LimitItem }) {
  const [typed, setTyped] = useState<string>()
  const [isWrong, setWrong] = useState(false)
  const change = useApiMutation(contracts.patchLimits, {
    invalidates: [contracts.listLimits, contracts.listAudit],
    onSuccess: (_, { body: { team_runs } }) => {
      toast.success(`The team may have ${formatLimit(team_runs, unit)} ${team_runs === 1 ? 'run' : 'runs'} at once now`)
    },
  })
  const text = typed ?? String(value)
  const most = formatLimit(ceiling, unit)

  function submit(event: FormEvent) {
    event.preventDefault()
    if (change.isPending) return
    const runs = Number(text)
    const isFine = text !== '' && Number.isInteger(runs) && runs >= 1 && runs <= ceiling
    setWrong(!isFine)
    if (isFine) change.mutate({ body: { team_runs: runs } })
  }

  return (
    <Card className="p-4">
      <form onSubmit={submit} noValidate className="grid gap-3">
        <Field
          label="Runs of this team at once"
          hint={`1 to ${most}. Further runs wait in the queue, and begin within seconds when this is raised. A run that waits does not count.`}
          error={isWrong ? `A whole number from 1 to ${most}.` : change.error?.message}
        >
          <Input
            type="number"
            min={1}
            max={ceiling}
            value={text}
            onChange={({ target }) => {
              setTyped(target.value)
              setWrong(false)
              change.reset()
            }}
            className="w-32"
          />
        </Field>
        <Button type="submit" className="w-fit" pending={change.isPending} disabled={text === String(value)}>
          Save
        </Button>
      </form>
    </Card>
  )
}

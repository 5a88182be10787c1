import { Field } from '@/components/ui/field'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import type { WorkflowSettings } from '@/lib/workflow/document'
import { NumberField } from './number-field'

interface ConcurrencyFieldsProps {
  settings: WorkflowSettings
  disabled: boolean
  onChange: (change: Partial<WorkflowSettings>) => void
}

/** How many runs of this workflow go on at once, and what becomes of one more. */
export function ConcurrencyFields({ settings, disabled, onChange }: ConcurrencyFieldsProps) {
  return (
    <>
      <NumberField
        label="Runs at once"
        optional
        hint="Empty: as many as the team may have. A run that waits for somebody does not count."
        value={settings.maxConcurrentRuns}
        min={1}
        max={1_000}
        integer
        disabled={disabled}
        onChange={(maxConcurrentRuns) => onChange({ maxConcurrentRuns })}
      />
      <Field
        label="One run more"
        hint={
          settings.onLimit === 'queue'
            ? 'It is accepted and stays “Queued” until another one ends or waits.'
            : 'Whoever starts it is told that there are too many, and nothing is stored.'
        }
      >
        <OnLimitSelect value={settings.onLimit} disabled={disabled} onChange={(onLimit) => onChange({ onLimit })} />
      </Field>
    </>
  )
}

interface OnLimitSelectProps {
  value: WorkflowSettings['onLimit']
  disabled: boolean
  onChange: (onLimit: WorkflowSettings['onLimit']) => void
  id?: string
  'aria-describedby'?: string
}

function OnLimitSelect({ value, disabled, onChange, ...wiring }: OnLimitSelectProps) {
  return (
    <Select
      value={value}
      disabled={disabled}
      onValueChange={(next) => onChange(next === 'reject' ? 'reject' : 'queue')}
    >
      <SelectTrigger {...wiring}>
        <SelectValue />
      </SelectTrigger>
      <SelectContent>
        <SelectItem value="queue">Waits its turn</SelectItem>
        <SelectItem value="reject">Is refused</SelectItem>
      </SelectContent>
    </Select>
  )
}

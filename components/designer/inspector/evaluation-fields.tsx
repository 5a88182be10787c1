import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import type { EvaluationSettings, WorkflowSettings } from '@/lib/workflow/document'
import { WorkflowControl } from './fields/workflow-control'
import { useInspectorScope } from './inspector-context'
import { NumberField } from './number-field'

const PATH = 'settings.evaluation.workflowId'
const evaluatorField = {
  key: 'evaluation',
  title: 'Evaluator',
  control: 'workflow' as const,
  required: false,
  raw: true,
  examples: [],
}

interface EvaluationFieldsProps {
  settings: WorkflowSettings
  disabled: boolean
  onChange: (change: Partial<WorkflowSettings>) => void
}

/** Which workflow looks at the runs of this one when they have ended, and at which of them. */
export function EvaluationFields({ settings: { evaluation }, disabled, onChange }: EvaluationFieldsProps) {
  const { problemAt } = useInspectorScope()
  const set = (change: Partial<EvaluationSettings>) => {
    if (evaluation) onChange({ evaluation: { ...evaluation, ...change } })
  }
  return (
    <>
      <Field
        label="Evaluator"
        optional
        error={problemAt(PATH)}
        hint="A workflow with an input “run” that gives scores. It runs after each run of this one, as a run of its own."
        aside={
          evaluation && !disabled ? (
            <Button
              size="xs"
              variant="ghost"
              aria-label="Remove the evaluator"
              onClick={() => onChange({ evaluation: undefined })}
            >
              Remove
            </Button>
          ) : undefined
        }
      >
        <WorkflowControl
          field={evaluatorField}
          path={PATH}
          value={evaluation?.workflowId}
          onChange={(workflowId) =>
            // The control gives ids. Another workflow has other versions.
            onChange({
              evaluation: { when: 'completed', ...evaluation, workflowId: String(workflowId), version: undefined },
            })
          }
        />
      </Field>
      {evaluation === undefined ? null : (
        <>
          <Field label="Which runs">
            <WhenSelect value={evaluation.when} disabled={disabled} onChange={(when) => set({ when })} />
          </Field>
          <NumberField
            label="Share of them, %"
            optional
            hint="Empty: all of them."
            value={evaluation.sample === undefined ? undefined : Math.round(evaluation.sample * 10_000) / 100}
            min={0.01}
            max={100}
            disabled={disabled}
            onChange={(percent) => set({ sample: percent === undefined ? undefined : percent / 100 })}
          />
        </>
      )}
    </>
  )
}

interface WhenSelectProps {
  value: EvaluationSettings['when']
  disabled: boolean
  onChange: (when: EvaluationSettings['when']) => void
  id?: string
  'aria-describedby'?: string
}

function WhenSelect({ value, disabled, onChange, ...wiring }: WhenSelectProps) {
  return (
    <Select
      value={value}
      disabled={disabled}
      onValueChange={(next) => onChange(next === 'ended' ? 'ended' : 'completed')}
    >
      <SelectTrigger {...wiring}>
        <SelectValue />
      </SelectTrigger>
      <SelectContent>
        <SelectItem value="completed">Those that completed</SelectItem>
        <SelectItem value="ended">All that ended, failed ones too</SelectItem>
      </SelectContent>
    </Select>
  )
}

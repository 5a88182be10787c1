'use client'

import { Braces } from 'lucide-react'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/cn'
import { Field as Labelled } from '@/components/ui/field'
import { Tooltip } from '@/components/ui/tooltip'
import type { FieldControl } from '@/lib/nodes/node-type'
import { useInspectorScope } from '../inspector-context'
import type { ControlProps } from './control-props'
import { ExpressionControl } from './expression-control'
import { JsonControl } from './json-control'
import { JsonSchemaControl } from './json-schema-control'
import { KeyValuesControl } from './key-values-control'
import { ListControl } from './list-control'
import { ModelControl } from './model-control'
import { NumberControl, SelectControl, SwitchControl } from './plain-controls'
import { TemplateControl } from './template-control'
import { WorkflowControl } from './workflow-control'

const controls: Record<FieldControl, (props: ControlProps) => React.ReactNode> = {
  text: TemplateControl,
  textarea: TemplateControl,
  expression: ExpressionControl,
  json: JsonControl,
  'json-schema': JsonSchemaControl,
  model: ModelControl,
  workflow: WorkflowControl,
  'key-values': KeyValuesControl,
  number: NumberControl,
  switch: SwitchControl,
  select: SelectControl,
  list: ListControl,
}

/** Controls that hold a plain value and can hold a template instead. */
const TEMPLATABLE = new Set<FieldControl>(['number', 'switch', 'select'])

/** One field of a form: its label, its control, what is wrong with it. */
export function FieldRow(props: ControlProps & { compact?: boolean }) {
  const { field, path, value, onChange, compact } = props
  const scope = useInspectorScope()
  const templatable = TEMPLATABLE.has(field.control) && !field.raw
  const holdsTemplate = templatable && typeof value === 'string' && /\{\{|\[\[/.test(value)
  const [asTemplate, setAsTemplate] = useState(holdsTemplate)
  const template = holdsTemplate || (templatable && asTemplate)
  const Control = template ? TemplateControl : controls[field.control]
  const error = scope.problemAt(path)
  const toggle = templatable ? (
    <Tooltip content={template ? 'Use a plain value' : 'Use a template, e.g. {{ inputs.x }}'}>
      <Button
        variant="ghost"
        size="icon-xs"
        aria-label={`${field.title}: ${template ? 'use a plain value' : 'use a template'}`}
        aria-pressed={template}
        disabled={scope.readOnly}
        className={cn(template && 'bg-primary-soft text-primary')}
        onClick={() => {
          if (holdsTemplate) onChange(undefined, { whole: true })
          setAsTemplate(!template)
        }}
      >
        <Braces aria-hidden />
      </Button>
    </Tooltip>
  ) : undefined
  return (
    <div data-field-path={path}>
      <Labelled
        label={field.title}
        optional={!field.required && field.default === undefined && !compact}
        hint={compact ? undefined : field.description}
        error={error}
        aside={toggle}
      >
        <Control field={field} path={path} value={value} onChange={onChange} />
      </Labelled>
    </div>
  )
}

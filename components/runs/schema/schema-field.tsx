'use client'

import { useId } from 'react'
import { cn } from '@/components/ui/cn'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Label } from '@/components/ui/label'
import { Switch } from '@/components/ui/switch'
import { Textarea } from '@/components/ui/textarea'
import { ChoiceControl, JsonControl, NumberControl } from './controls'
import { type Field as FieldModel, fieldOf } from './field-model'
import { type FieldPart, type SchemaFieldProps, useFormContext } from './form-context'
import { ListField, ObjectField, Optional } from './group-fields'
import { instantOfLocal, localOfInstant } from './values'

/** One place of a JSON Schema as a form field, with everything below it. */
export function SchemaField(props: SchemaFieldProps) {
  const { root, errors, disabled, onTextProblem } = useFormContext()
  const field = fieldOf(props.schema, root, props.name)
  const label = props.label ?? (field.title || 'Value')
  const error = errors[props.path]
  if (field.kind === 'object') return <ObjectField {...props} field={field} label={label} error={error} />
  if (field.kind === 'list') return <ListField {...props} field={field} label={label} error={error} />
  if (field.kind === 'boolean') return <BooleanField {...props} field={field} label={label} error={error} />
  const { value, onChange } = props
  const off = disabled || field.readOnly
  const hint = hintOf(field)
  return (
    <Field label={label} optional={!props.required} hint={hint} error={error}>
      {field.kind === 'choice' ? (
        <ChoiceControl
          choices={field.choices}
          optional={!props.required}
          value={value}
          onValueChange={onChange}
          label={label}
          placeholder={field.placeholder || undefined}
          disabled={off}
        />
      ) : field.kind === 'number' ? (
        <NumberControl
          value={value}
          onValueChange={onChange}
          placeholder={field.placeholder || undefined}
          inputMode={field.integer ? 'numeric' : 'decimal'}
          disabled={off}
        />
      ) : field.kind === 'json' ? (
        <JsonControl
          value={value}
          onValueChange={onChange}
          onProblem={(message) => onTextProblem(props.path, message)}
          disabled={off}
        />
      ) : field.kind === 'textarea' ? (
        <Textarea
          value={textOf(value)}
          placeholder={field.placeholder || undefined}
          disabled={off}
          className="max-h-96"
          onChange={(event) => onChange(event.target.value || undefined)}
        />
      ) : (
        <Input
          type={inputTypeOf(field)}
          value={field.kind === 'datetime' ? localOfInstant(value) : textOf(value)}
          placeholder={field.placeholder || undefined}
          disabled={off}
          autoComplete="off"
          onChange={(event) => {
            const text = event.target.value
            onChange(field.kind === 'datetime' ? instantOfLocal(text) : text || undefined)
          }}
        />
      )}
    </Field>
  )
}

function BooleanField({ field, label, error, value, onChange, required }: FieldPart<'boolean'>) {
  const id = useId()
  const { disabled } = useFormContext()
  const note = error ?? field.description
  return (
    <div className="flex items-start gap-2.5 py-0.5">
      <Switch
        id={id}
        checked={value === true}
        disabled={disabled || field.readOnly}
        onCheckedChange={onChange}
        aria-describedby={note ? `${id}-note` : undefined}
        aria-invalid={error ? true : undefined}
      />
      <div className="grid gap-0.5">
        <Label htmlFor={id} className="leading-5">
          {label}
          {required ? null : <Optional />}
        </Label>
        {note ? (
          <p id={`${id}-note`} className={cn('text-xs', error ? 'text-failure' : 'text-muted-foreground')}>
            {note}
          </p>
        ) : null}
      </div>
    </div>
  )
}

const textOf = (value: unknown) =>
  typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value)

function inputTypeOf(field: FieldModel) {
  if (field.kind === 'date') return 'date'
  if (field.kind === 'datetime') return 'datetime-local'
  return field.kind === 'text' ? field.inputType : 'text'
}

/** The description, and the limits when there is no description that may say them. */
function hintOf(field: FieldModel): string {
  if (field.description) return field.description
  if (field.kind === 'datetime') return 'In your local time'
  if (field.kind !== 'number') return ''
  const { minimum, maximum } = field
  if (minimum !== undefined && maximum !== undefined) return `From ${minimum} to ${maximum}`
  if (minimum !== undefined) return `${minimum} or more`
  return maximum === undefined ? '' : `${maximum} or less`
}

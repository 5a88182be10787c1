'use client'

import { ArrowDown, ArrowUp, CircleAlert, Plus, X } from 'lucide-react'
import { useId } from 'react'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/cn'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Label } from '@/components/ui/label'
import { Switch } from '@/components/ui/switch'
import { Textarea } from '@/components/ui/textarea'
import { ChoiceControl, JsonControl, NumberControl } from './controls'
import { type Field as FieldModel, fieldOf, type JsonSchema } from './field-model'
import { useFormContext } from './form-context'
import { initialValue, instantOfLocal, isRecord, localOfInstant, withMember } from './values'

export interface SchemaFieldProps {
  schema: JsonSchema
  /** Name in the object that holds it; empty at the root and in lists. */
  name: string
  /** Dotted, from the root of the form. */
  path: string
  required: boolean
  value: unknown
  onChange: (value: unknown) => void
  /** Instead of the title of the schema, e.g. the number of a list entry. */
  label?: string
}

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
          placeholder={field.placeholder}
          disabled={off}
        />
      ) : field.kind === 'number' ? (
        <NumberControl
          value={value}
          onValueChange={onChange}
          placeholder={field.placeholder}
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
          placeholder={field.placeholder}
          disabled={off}
          className="max-h-96"
          onChange={(event) => onChange(event.target.value || undefined)}
        />
      ) : (
        <Input
          type={inputTypeOf(field)}
          value={field.kind === 'datetime' ? localOfInstant(value) : textOf(value)}
          placeholder={field.placeholder}
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

type Part<K extends FieldModel['kind']> = SchemaFieldProps & {
  field: Extract<FieldModel, { kind: K }>
  label: string
  error: string | undefined
}

function BooleanField({ field, label, error, value, onChange, required }: Part<'boolean'>) {
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

function ObjectField({ field, label, error, value, onChange, path, required }: Part<'object'>) {
  const { disabled } = useFormContext()
  const present = required || isRecord(value)
  return (
    <fieldset className="min-w-0 rounded-lg border bg-muted/30 p-3" disabled={disabled}>
      <legend className="px-1 font-medium text-sm">
        {label}
        {required ? null : <Optional />}
      </legend>
      <GroupNotes description={field.description} error={error} />
      {present ? (
        <div className="grid gap-3.5">
          {field.properties.map((property) => (
            <SchemaField
              key={property.name}
              schema={property.schema}
              name={property.name}
              path={joined(path, property.name)}
              required={property.required}
              value={isRecord(value) ? value[property.name] : undefined}
              onChange={(member) => onChange(withMember(value, property.name, member))}
            />
          ))}
          {required ? null : (
            <Button variant="ghost" size="sm" className="w-fit" onClick={() => onChange(undefined)}>
              <X aria-hidden /> Leave out
            </Button>
          )}
        </div>
      ) : (
        <AddButton label={`Add ${label.toLowerCase()}`} schema={{ properties: {} }} onAdd={() => onChange({})} />
      )}
    </fieldset>
  )
}

function ListField({ field, label, error, value, onChange, path, required }: Part<'list'>) {
  const { root, disabled } = useFormContext()
  const items = Array.isArray(value) ? (value as unknown[]) : []
  const replace = (index: number, item: unknown) => onChange(items.map((old, at) => (at === index ? item : old)))
  const remove = (index: number) => onChange(items.filter((_, at) => at !== index))
  const swap = (a: number, b: number) =>
    onChange(items.map((item, at) => (at === a ? items[b] : at === b ? items[a] : item)))
  const full = field.maxItems !== undefined && items.length >= field.maxItems
  return (
    <fieldset className="min-w-0" disabled={disabled}>
      <legend className="mb-1.5 font-medium text-sm">
        {label}
        {required ? null : <Optional />}
      </legend>
      <GroupNotes description={field.description} error={error} />
      <ol className="grid gap-2">
        {items.map((item, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: entries have no identity of their own
          <li key={index} className="flex items-end gap-1">
            <div className="min-w-0 flex-1">
              <SchemaField
                schema={field.item}
                name=""
                path={joined(path, String(index))}
                required
                label={`${label} ${index + 1}`}
                value={item}
                onChange={(next) => replace(index, next ?? null)}
              />
            </div>
            <div className="flex h-8 items-center">
              <Button
                variant="ghost"
                size="icon-xs"
                aria-label={`Move entry ${index + 1} up`}
                disabled={index === 0}
                onClick={() => swap(index, index - 1)}
              >
                <ArrowUp aria-hidden />
              </Button>
              <Button
                variant="ghost"
                size="icon-xs"
                aria-label={`Move entry ${index + 1} down`}
                disabled={index === items.length - 1}
                onClick={() => swap(index, index + 1)}
              >
                <ArrowDown aria-hidden />
              </Button>
              <Button
                variant="ghost"
                size="icon-xs"
                aria-label={`Remove entry ${index + 1}`}
                onClick={() => remove(index)}
              >
                <X aria-hidden />
              </Button>
            </div>
          </li>
        ))}
      </ol>
      {full ? null : (
        <AddButton
          label="Add an entry"
          schema={field.item}
          onAdd={() => onChange([...items, initialValue(field.item, root) ?? emptyOf(fieldOf(field.item, root))])}
          className={items.length > 0 ? 'mt-2' : ''}
        />
      )}
    </fieldset>
  )
}

/** A new entry must be something: a list has no absent members. */
function emptyOf(field: FieldModel): unknown {
  switch (field.kind) {
    case 'text':
    case 'textarea':
      return ''
    case 'object':
      return {}
    case 'list':
      return []
    case 'boolean':
      return false
    default:
      return null
  }
}

function AddButton({
  label,
  onAdd,
  className,
}: {
  label: string
  schema: JsonSchema
  onAdd: () => void
  className?: string
}) {
  return (
    <Button size="sm" className={cn('w-fit', className)} onClick={onAdd}>
      <Plus aria-hidden /> {label}
    </Button>
  )
}

function GroupNotes({ description, error }: { description: string; error: string | undefined }) {
  return (
    <>
      {description ? <p className="mb-2 text-muted-foreground text-xs">{description}</p> : null}
      {error ? (
        <p role="alert" className="mb-2 flex items-start gap-1.5 text-failure text-xs">
          <CircleAlert aria-hidden className="mt-px size-3.5 shrink-0" /> {error}
        </p>
      ) : null}
    </>
  )
}

const Optional = () => <span className="ml-1.5 font-normal text-subtle-foreground text-xs">optional</span>
const joined = (path: string, name: string) => (path === '' ? name : `${path}.${name}`)
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

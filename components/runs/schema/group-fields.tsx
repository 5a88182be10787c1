'use client'

import { ArrowDown, ArrowUp, CircleAlert, Plus, X } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/cn'
import { type Field as FieldModel, fieldOf } from './field-model'
import { type FieldPart, useFormContext } from './form-context'
import { initialValue, isRecord, withMember } from './values'

/** An object: its members in a frame. An optional one is added and left out as a whole. */
export function ObjectField({ field, label, error, value, onChange, path, required }: FieldPart<'object'>) {
  const { disabled, Field } = useFormContext()
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
            <Field
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
        <AddButton label={`Add ${label.toLowerCase()}`} onAdd={() => onChange({})} />
      )}
    </fieldset>
  )
}

/** A list: entries to add, move and remove. */
export function ListField({ field, label, error, value, onChange, path, required }: FieldPart<'list'>) {
  const { root, disabled, Field } = useFormContext()
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
              <Field
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

function AddButton({ label, onAdd, className }: { label: string; onAdd: () => void; className?: string }) {
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

export const Optional = () => <span className="ml-1.5 font-normal text-subtle-foreground text-xs">optional</span>

const joined = (path: string, name: string) => (path === '' ? name : `${path}.${name}`)

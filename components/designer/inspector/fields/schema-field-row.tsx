'use client'

import { ArrowDown, ArrowUp, Asterisk, ChevronRight, Trash2 } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/cn'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { Textarea } from '@/components/ui/textarea'
import { Tooltip } from '@/components/ui/tooltip'
import { jsonOfText, textOfJson } from './json-text'
import { FIELD_KINDS, type FieldKind, fieldNameRefusal, type SchemaField, withKind } from './schema-fields'

interface SchemaFieldRowProps {
  field: SchemaField
  others: readonly string[]
  open: boolean
  readOnly: boolean
  onOpenChange: (open: boolean) => void
  onChange: (field: SchemaField, whole: boolean) => void
  onRemove: () => void
  onMove: (by: -1 | 1) => void
}

/** One field of a schema: name and kind on a line, the rest when it is opened. */
export function SchemaFieldRow(props: SchemaFieldRowProps) {
  const { field, others, open, readOnly, onOpenChange, onChange, onRemove, onMove } = props
  const [name, setName] = useState(field.name)
  useEffect(() => setName(field.name), [field.name])
  const refusal = fieldNameRefusal(name, others)
  const rename = () => {
    if (refusal !== undefined) setName(field.name)
    else if (name.trim() !== field.name) onChange({ ...field, name: name.trim() }, true)
  }
  return (
    <li>
      <div className="flex items-center gap-1 p-1.5">
        <Button
          variant="ghost"
          size="icon-sm"
          aria-label={`${open ? 'Close' : 'Open'} ${field.name}`}
          aria-expanded={open}
          onClick={() => onOpenChange(!open)}
        >
          <ChevronRight aria-hidden className={cn('transition-transform', open && 'rotate-90')} />
        </Button>
        <div className="min-w-0 flex-1">
          <Input
            aria-label="Field name"
            className="h-7 font-mono text-xs"
            disabled={readOnly}
            aria-invalid={refusal !== undefined || undefined}
            value={name}
            onChange={(event) => setName(event.target.value)}
            onBlur={rename}
            onKeyDown={(event) => {
              if (event.key === 'Enter') rename()
              if (event.key === 'Escape') setName(field.name)
            }}
          />
        </div>
        <KindSelect
          label={`Kind of ${field.name}`}
          value={field.kind}
          disabled={readOnly}
          className="h-7 w-26 gap-1 px-2 text-xs"
          onChange={(kind) => onChange(withKind(field, kind), true)}
        />
        <Tooltip content={field.required ? 'Required' : 'Optional'}>
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label={`${field.name} is required`}
            aria-pressed={field.required}
            disabled={readOnly}
            className={cn(field.required && 'bg-primary-soft text-primary')}
            onClick={() => onChange({ ...field, required: !field.required }, true)}
          >
            <Asterisk aria-hidden />
          </Button>
        </Tooltip>
      </div>
      {refusal === undefined ? null : (
        <p role="alert" className="px-10 pb-2 text-failure text-xs">
          {refusal}
        </p>
      )}
      {open ? (
        <div className="grid gap-3 border-t bg-card px-3 py-3">
          <Field label="Title" optional>
            <Input
              disabled={readOnly}
              value={field.title}
              onChange={(event) => onChange({ ...field, title: event.target.value }, false)}
            />
          </Field>
          <Field label="Description" optional>
            <Textarea
              rows={2}
              disabled={readOnly}
              value={field.description}
              onChange={(event) => onChange({ ...field, description: event.target.value }, false)}
            />
          </Field>
          {field.kind === 'choice' ? (
            <ChoicesField
              field={field}
              readOnly={readOnly}
              onChange={(choices) => onChange({ ...field, choices }, false)}
            />
          ) : null}
          {field.kind === 'list' ? (
            <Field label="Of">
              <KindSelect
                label="Kind of the items"
                value={field.item}
                disabled={readOnly}
                onChange={(item) => onChange({ ...field, item }, true)}
              />
            </Field>
          ) : null}
          <DefaultField
            field={field}
            readOnly={readOnly}
            onChange={(value) => onChange({ ...field, default: value }, false)}
          />
          <div className="flex justify-end gap-0.5">
            <Button variant="ghost" size="icon-sm" aria-label="Move up" disabled={readOnly} onClick={() => onMove(-1)}>
              <ArrowUp aria-hidden />
            </Button>
            <Button variant="ghost" size="icon-sm" aria-label="Move down" disabled={readOnly} onClick={() => onMove(1)}>
              <ArrowDown aria-hidden />
            </Button>
            <Button variant="ghost" size="sm" disabled={readOnly} onClick={onRemove}>
              <Trash2 aria-hidden /> Remove
            </Button>
          </div>
        </div>
      ) : null}
    </li>
  )
}

interface KindSelectProps {
  label: string
  value: FieldKind
  disabled: boolean
  className?: string
  onChange: (kind: FieldKind) => void
  id?: string
}

function KindSelect({ label, value, disabled, className, onChange, id }: KindSelectProps) {
  return (
    <Select value={value} disabled={disabled} onValueChange={(next) => onChange(next as FieldKind)}>
      <SelectTrigger id={id} aria-label={label} className={className}>
        <SelectValue />
      </SelectTrigger>
      <SelectContent>
        {Object.entries(FIELD_KINDS).map(([kind, title]) => (
          <SelectItem key={kind} value={kind}>
            {title}
          </SelectItem>
        ))}
      </SelectContent>
    </Select>
  )
}

interface PartProps<T> {
  field: SchemaField
  readOnly: boolean
  onChange: (value: T) => void
}

function ChoicesField({ field, readOnly, onChange }: PartProps<string[]>) {
  const [text, setText] = useState(field.choices.join('\n'))
  return (
    <Field label="Choices" hint="One on each line.">
      <Textarea
        rows={Math.min(8, Math.max(2, field.choices.length))}
        className="font-mono text-xs"
        disabled={readOnly}
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          const lines = event.target.value.split('\n').map((line) => line.trim())
          onChange([...new Set(lines.filter(Boolean))])
        }}
      />
    </Field>
  )
}

function DefaultField({ field, readOnly, onChange }: PartProps<unknown>) {
  const textual = ['text', 'long', 'email', 'url', 'date', 'datetime', 'choice'].includes(field.kind)
  const shown = textual && typeof field.default === 'string' ? field.default : textOfJson(field.default)
  const [text, setText] = useState(shown)
  const read = textual ? { ok: true as const, value: text === '' ? undefined : text } : jsonOfText(text)
  const fits = !read.ok || read.value === undefined || matchesKind(read.value, field.kind)
  return (
    <Field
      label="Default"
      optional
      error={!read.ok ? read.error : fits ? undefined : `This is not: ${FIELD_KINDS[field.kind].toLowerCase()}.`}
    >
      <Input
        className="font-mono text-xs"
        disabled={readOnly}
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          const value = textual ? event.target.value || undefined : jsonOfText(event.target.value)
          if (textual) onChange(value)
          else if (
            typeof value === 'object' &&
            value.ok &&
            (value.value === undefined || matchesKind(value.value, field.kind))
          ) {
            onChange(value.value)
          }
        }}
      />
    </Field>
  )
}

function matchesKind(value: unknown, kind: FieldKind): boolean {
  switch (kind) {
    case 'number':
      return typeof value === 'number'
    case 'integer':
      return Number.isInteger(value)
    case 'boolean':
      return typeof value === 'boolean'
    case 'list':
      return Array.isArray(value)
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
    default:
      return true
  }
}

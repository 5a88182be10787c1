'use client'

import { useEffect, useState } from 'react'
import { Input } from '@/components/ui/input'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { Switch } from '@/components/ui/switch'
import { useInspectorScope } from '../inspector-context'
import type { ControlProps } from './control-props'

/** A number, typed. What is no number is not taken over, and says so. */
export function NumberControl({ field, value, path: _, onChange, ...wiring }: ControlProps) {
  const scope = useInspectorScope()
  const [text, setText] = useState(textOf(value))
  useEffect(() => {
    setText((current) => (numberOf(current) === value ? current : textOf(value)))
  }, [value])
  const number = numberOf(text)
  const wrong = Number.isNaN(number)
  return (
    <div className="grid gap-1">
      <Input
        {...wiring}
        inputMode={field.integer ? 'numeric' : 'decimal'}
        className="tabular-nums"
        placeholder={field.placeholder ?? (field.default === undefined ? undefined : String(field.default))}
        disabled={scope.readOnly}
        aria-invalid={wrong || wiring['aria-invalid']}
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          const next = numberOf(event.target.value)
          if (!Number.isNaN(next)) onChange(next)
        }}
      />
      {wrong ? (
        <p role="alert" className="text-failure text-xs">
          This is not a number.
        </p>
      ) : null}
    </div>
  )
}

function textOf(value: unknown): string {
  return value === undefined || value === null ? '' : String(value)
}

/** Undefined for nothing, NaN for what is no number. A decimal comma is understood. */
function numberOf(text: string): number | undefined {
  const trimmed = text.trim().replace(',', '.')
  return trimmed === '' ? undefined : Number(trimmed)
}

export function SwitchControl({ field, value, path: _, onChange, ...wiring }: ControlProps) {
  const scope = useInspectorScope()
  const on = value ?? field.default
  return (
    <Switch
      {...wiring}
      disabled={scope.readOnly}
      checked={on === true}
      onCheckedChange={(checked) => onChange(checked, { whole: true })}
    />
  )
}

const NONE = '\u0000none'

export function SelectControl({ field, value, path: _, onChange, ...wiring }: ControlProps) {
  const scope = useInspectorScope()
  const options = field.options ?? []
  const chosen = value ?? field.default
  const unknown = typeof chosen === 'string' && !options.some((option) => option.value === chosen)
  const clearable = !field.required && field.default === undefined
  return (
    <Select
      disabled={scope.readOnly}
      value={typeof chosen === 'string' ? chosen : clearable ? NONE : ''}
      onValueChange={(next) => onChange(next === NONE ? undefined : next, { whole: true })}
    >
      <SelectTrigger {...wiring}>
        <SelectValue placeholder={field.placeholder ?? 'Choose'} />
      </SelectTrigger>
      <SelectContent>
        {clearable ? <SelectItem value={NONE}>Not set</SelectItem> : null}
        {unknown ? <SelectItem value={chosen}>{chosen}</SelectItem> : null}
        {options.map((option) => (
          <SelectItem key={option.value} value={option.value}>
            {option.label}
          </SelectItem>
        ))}
      </SelectContent>
    </Select>
  )
}

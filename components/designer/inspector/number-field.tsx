'use client'

import { useEffect, useState } from 'react'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'

export interface NumberFieldProps {
  label: string
  hint?: string
  value: number | undefined
  onChange: (value: number | undefined) => void
  min: number
  max: number
  integer?: boolean
  optional?: boolean
  placeholder?: string
  disabled?: boolean
  suffix?: string
}

/** A number within bounds. Outside of them it is not taken over, and says which they are. */
export function NumberField(props: NumberFieldProps) {
  const { label, hint, value, onChange, min, max, integer, optional, placeholder, disabled, suffix } = props
  const [text, setText] = useState(value === undefined ? '' : String(value))
  useEffect(() => {
    setText((current) =>
      Number(current) === value && current !== '' ? current : value === undefined ? '' : String(value),
    )
  }, [value])
  const problem = problemOf(text, { min, max, integer, optional })
  return (
    <Field label={label} hint={hint} optional={optional} error={problem}>
      <Input
        inputMode={integer ? 'numeric' : 'decimal'}
        className="tabular-nums"
        placeholder={placeholder ?? suffix}
        disabled={disabled}
        value={text}
        onChange={(event) => {
          const next = event.target.value.replace(',', '.')
          setText(next)
          if (problemOf(next, { min, max, integer, optional }) !== undefined) return
          onChange(next.trim() === '' ? undefined : Number(next))
        }}
      />
    </Field>
  )
}

type Bounds = Pick<NumberFieldProps, 'min' | 'max' | 'integer' | 'optional'>

function problemOf(text: string, { min, max, integer, optional }: Bounds): string | undefined {
  if (text.trim() === '') return optional ? undefined : `From ${min} to ${max}.`
  const number = Number(text)
  if (Number.isNaN(number)) return 'This is not a number.'
  if (integer && !Number.isInteger(number)) return 'A whole number.'
  return number < min || number > max ? `From ${min.toLocaleString()} to ${max.toLocaleString()}.` : undefined
}

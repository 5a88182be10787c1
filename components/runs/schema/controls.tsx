'use client'

import { RadioGroup } from 'radix-ui'
import { type ComponentProps, useState } from 'react'
import { cn } from '@/components/ui/cn'
import { Input } from '@/components/ui/input'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { Textarea } from '@/components/ui/textarea'
import type { Choice } from './field-model'

/** Controls of a schema form. Each takes `id` and `aria-*` from its field and passes them to the element that has the focus. */
type ControlProps = Pick<ComponentProps<'input'>, 'id' | 'aria-describedby' | 'aria-invalid' | 'disabled'>

interface ValueProps<T> extends ControlProps {
  value: unknown
  onValueChange: (value: T | undefined) => void
}

/** A number as people type it. A text that is no number goes on as text, so the check can say what is wrong with it. */
export function NumberControl({
  value,
  onValueChange,
  ...props
}: ValueProps<number | string> & Pick<ComponentProps<'input'>, 'placeholder' | 'inputMode'>) {
  const shown = typeof value === 'number' || typeof value === 'string' ? String(value) : ''
  const [text, setText] = useState(shown)
  // The value was changed from outside (JSON tab, reset) when it is not what the text says.
  const current = numberOf(text) === value || text === value ? text : shown
  return (
    <Input
      {...props}
      type="text"
      autoComplete="off"
      className="tabular-nums"
      value={current}
      onChange={(event) => {
        setText(event.target.value)
        onValueChange(
          numberOf(event.target.value) ?? (event.target.value.trim() === '' ? undefined : event.target.value),
        )
      }}
    />
  )
}

function numberOf(text: string): number | undefined {
  if (!/^\s*[+-]?(\d+[.,]?\d*|[.,]\d+)(e[+-]?\d+)?\s*$/i.test(text)) return undefined
  return Number(text.replace(',', '.'))
}

/** Few short choices lie open, one tap away; many go into a menu. */
export function ChoiceControl({
  choices,
  optional,
  value,
  onValueChange,
  label,
  placeholder,
  ...props
}: ValueProps<unknown> & { choices: Choice[]; optional: boolean; label: string; placeholder?: string }) {
  const index = choices.findIndex((choice) => same(choice.value, value))
  const choose = (chosen: string) => onValueChange(chosen === NOTHING ? undefined : choices[Number(chosen)]?.value)
  const few = choices.length <= 4 && choices.every((choice) => choice.label.length <= 24)
  if (few && !optional) {
    return (
      <RadioGroup.Root
        id={props.id}
        aria-label={label}
        aria-describedby={props['aria-describedby']}
        disabled={props.disabled}
        value={index < 0 ? '' : String(index)}
        onValueChange={choose}
        className="flex flex-wrap gap-1.5"
      >
        {choices.map((choice, position) => (
          <RadioGroup.Item
            key={JSON.stringify(choice.value)}
            value={String(position)}
            title={choice.description || undefined}
            className={cn(
              'h-8 rounded-md border border-input bg-card px-3 text-sm shadow-xs transition-colors hover:bg-accent disabled:opacity-60 data-[state=checked]:border-primary data-[state=checked]:bg-primary-soft data-[state=checked]:font-medium data-[state=checked]:text-primary max-md:h-9',
              props['aria-invalid'] && 'border-destructive',
            )}
          >
            {choice.label}
          </RadioGroup.Item>
        ))}
      </RadioGroup.Root>
    )
  }
  return (
    <Select value={index < 0 ? '' : String(index)} onValueChange={choose} disabled={props.disabled}>
      <SelectTrigger {...props}>
        <SelectValue placeholder={placeholder || 'Choose…'} />
      </SelectTrigger>
      <SelectContent>
        {optional && index >= 0 ? <SelectItem value={NOTHING}>None</SelectItem> : null}
        {choices.map((choice, position) => (
          <SelectItem key={JSON.stringify(choice.value)} value={String(position)}>
            {choice.label}
          </SelectItem>
        ))}
      </SelectContent>
    </Select>
  )
}

const NOTHING = 'nothing'
const same = (a: unknown, b: unknown) => a === b || (b !== undefined && JSON.stringify(a) === JSON.stringify(b))

/** Any JSON as text. `onProblem` hears why a text cannot be read; the value stays what it was until it can. */
export function JsonControl({
  value,
  onValueChange,
  onProblem,
  rows = 4,
  ...props
}: ValueProps<unknown> & { onProblem: (message: string | undefined) => void; rows?: number; 'aria-label'?: string }) {
  const [draft, setDraft] = useState<{ text: string; value: unknown }>(() => ({ text: jsonText(value), value }))
  // A value that did not come from this text replaces it.
  const text = draft.value === value ? draft.text : jsonText(value)
  return (
    <Textarea
      {...props}
      rows={rows}
      spellCheck={false}
      autoCapitalize="off"
      autoCorrect="off"
      className="max-h-96 overflow-auto font-mono text-xs"
      value={text}
      onChange={(event) => {
        const next = event.target.value
        const read = readJson(next)
        if (read.problem !== undefined) {
          setDraft({ text: next, value })
          onProblem(read.problem)
        } else {
          setDraft({ text: next, value: read.value })
          onProblem(undefined)
          onValueChange(read.value)
        }
      }}
    />
  )
}

/** Reads a JSON text; an empty one is "nothing". The problem names line and column where the browser says them. */
export function readJson(text: string): { value: unknown; problem?: undefined } | { problem: string } {
  if (text.trim() === '') return { value: undefined }
  try {
    return { value: JSON.parse(text) }
  } catch (error) {
    const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1]
    if (position === undefined) return { problem: 'This is not valid JSON yet' }
    const before = text.slice(0, Number(position)).split('\n')
    return { problem: `Not valid JSON at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}` }
  }
}

function jsonText(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value, null, 2)
}

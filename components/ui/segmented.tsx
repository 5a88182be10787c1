'use client'

import type { LucideIcon } from 'lucide-react'
import { ToggleGroup } from 'radix-ui'
import { cn } from './cn'
import { Tooltip } from './tooltip'

export interface SegmentedOption<Value extends string> {
  value: Value
  label: string
  icon?: LucideIcon
}

export interface SegmentedProps<Value extends string> {
  /** Names the choice for assistive technology, e.g. "View". */
  label: string
  value: Value
  onValueChange: (value: Value) => void
  options: readonly SegmentedOption<Value>[]
  /** Only the icons are seen; the words are in the tooltips. */
  iconsOnly?: boolean
  className?: string
}

/** One of two to four, side by side. Always exactly one is chosen. (The tooltip takes `data-state`, so the look follows `aria-checked`.) */
export function Segmented<Value extends string>(props: SegmentedProps<Value>) {
  return (
    <ToggleGroup.Root
      type="single"
      aria-label={props.label}
      value={props.value}
      onValueChange={(next) => {
        const option = props.options.find((each) => each.value === next)
        if (option) props.onValueChange(option.value)
      }}
      className={cn('inline-flex w-fit items-center gap-0.5 rounded-lg bg-muted p-0.5', props.className)}
    >
      {props.options.map(({ value, label, icon: Icon }) => (
        <Tooltip key={value} content={props.iconsOnly ? label : null}>
          <ToggleGroup.Item
            value={value}
            aria-label={props.iconsOnly ? label : undefined}
            className="inline-flex h-7 flex-1 items-center justify-center gap-1.5 whitespace-nowrap rounded-md px-2.5 font-medium text-muted-foreground text-sm transition-colors hover:text-foreground aria-checked:bg-card aria-checked:text-foreground aria-checked:shadow-sm dark:aria-checked:bg-accent"
          >
            {Icon ? <Icon aria-hidden className="size-4 shrink-0" /> : null}
            {props.iconsOnly ? null : label}
          </ToggleGroup.Item>
        </Tooltip>
      ))}
    </ToggleGroup.Root>
  )
}

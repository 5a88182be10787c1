import type { ComponentProps } from 'react'
import { cn } from './cn'
import { controlClasses } from './input'

/** Grows with its text where the browser can. */
export function Textarea({ className, rows = 3, ...props }: ComponentProps<'textarea'>) {
  return (
    <textarea
      rows={rows}
      className={cn(controlClasses, 'field-sizing-content min-h-16 resize-y py-1.5 leading-5', className)}
      {...props}
    />
  )
}

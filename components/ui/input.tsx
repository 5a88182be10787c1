import type { ComponentProps } from 'react'
import { cn } from './cn'

/** Shared by every control that takes text. 16 px on phones: smaller text makes iOS zoom in on focus. */
export const controlClasses =
  'w-full min-w-0 rounded-md border border-input bg-card px-2.5 text-sm text-foreground shadow-xs transition-colors placeholder:text-subtle-foreground hover:border-border-strong focus-visible:border-ring focus-visible:outline-2 focus-visible:outline-offset-0 focus-visible:outline-ring/40 disabled:cursor-not-allowed disabled:opacity-60 aria-invalid:border-destructive aria-invalid:focus-visible:outline-destructive/40 max-md:text-[16px]'

export function Input({ className, type = 'text', ...props }: ComponentProps<'input'>) {
  return <input type={type} className={cn(controlClasses, 'h-8', className)} {...props} />
}

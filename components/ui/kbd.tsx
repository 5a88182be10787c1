import type { ComponentProps } from 'react'
import { cn } from './cn'

/** One key. */
export function Kbd({ className, ...props }: ComponentProps<'kbd'>) {
  return (
    <kbd
      className={cn(
        'inline-grid h-4.5 min-w-4.5 place-items-center rounded-sm border border-b-2 bg-card px-1 font-sans text-2xs text-muted-foreground leading-none',
        className,
      )}
      {...props}
    />
  )
}

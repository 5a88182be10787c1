'use client'

import { ScrollArea as Radix } from 'radix-ui'
import type { ComponentProps } from 'react'
import { cn } from './cn'

/** Thin scroll bars over the content. The viewport takes focus, so keys scroll it. */
export function ScrollArea({
  className,
  viewportClassName,
  label,
  children,
  ...props
}: ComponentProps<typeof Radix.Root> & { viewportClassName?: string; label?: string }) {
  return (
    <Radix.Root className={cn('relative overflow-hidden', className)} {...props}>
      <Radix.Viewport
        role={label ? 'region' : undefined}
        aria-label={label}
        tabIndex={0}
        className={cn('size-full rounded-[inherit] focus-visible:-outline-offset-2', viewportClassName)}
      >
        {children}
      </Radix.Viewport>
      <ScrollBar orientation="vertical" />
      <ScrollBar orientation="horizontal" />
      <Radix.Corner />
    </Radix.Root>
  )
}

function ScrollBar({ orientation }: { orientation: 'vertical' | 'horizontal' }) {
  return (
    <Radix.Scrollbar
      orientation={orientation}
      className={cn('flex touch-none select-none p-0.5', orientation === 'vertical' ? 'h-full w-2' : 'h-2 flex-col')}
    >
      <Radix.Thumb className="relative flex-1 rounded-full bg-border-strong" />
    </Radix.Scrollbar>
  )
}

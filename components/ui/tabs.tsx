'use client'

import { Tabs as Radix } from 'radix-ui'
import type { ComponentProps } from 'react'
import { cn } from './cn'

export const Tabs = Radix.Root

/** Underlined by default; `segmented` for two or three views of the same thing. */
export function TabsList({
  className,
  variant = 'line',
  ...props
}: ComponentProps<typeof Radix.List> & { variant?: 'line' | 'segmented' }) {
  return (
    <Radix.List
      data-variant={variant}
      className={cn(
        'group/tabs flex items-center',
        variant === 'line'
          ? 'gap-4 overflow-x-auto border-b [scrollbar-width:none]'
          : 'w-fit gap-0.5 rounded-lg bg-muted p-0.5',
        className,
      )}
      {...props}
    />
  )
}

export function TabsTrigger({ className, ...props }: ComponentProps<typeof Radix.Trigger>) {
  return (
    <Radix.Trigger
      className={cn(
        "inline-flex shrink-0 items-center gap-1.5 whitespace-nowrap rounded-sm font-medium text-muted-foreground text-sm transition-colors hover:text-foreground disabled:pointer-events-none disabled:opacity-50 data-[state=active]:text-foreground [&_svg:not([class*='size-'])]:size-4",
        'group-data-[variant=line]/tabs:-mb-px group-data-[variant=line]/tabs:h-9 group-data-[variant=line]/tabs:rounded-none group-data-[variant=line]/tabs:border-transparent group-data-[variant=line]/tabs:border-b-2 group-data-[variant=line]/tabs:focus-visible:-outline-offset-2 group-data-[variant=line]/tabs:data-[state=active]:border-primary',
        'group-data-[variant=segmented]/tabs:h-7 group-data-[variant=segmented]/tabs:rounded-md group-data-[variant=segmented]/tabs:px-2.5 group-data-[variant=segmented]/tabs:data-[state=active]:bg-card dark:group-data-[variant=segmented]/tabs:data-[state=active]:bg-accent group-data-[variant=segmented]/tabs:data-[state=active]:shadow-sm',
        className,
      )}
      {...props}
    />
  )
}

export function TabsContent({ className, ...props }: ComponentProps<typeof Radix.Content>) {
  return <Radix.Content className={cn('min-w-0 outline-offset-4', className)} {...props} />
}

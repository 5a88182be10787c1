import { cva, type VariantProps } from 'class-variance-authority'
import type { ComponentProps } from 'react'
import { cn } from './cn'

export const badgeVariants = cva(
  "inline-flex h-5 w-fit shrink-0 items-center gap-1 whitespace-nowrap rounded-md px-1.5 font-medium text-xs [&_svg:not([class*='size-'])]:size-3 [&_svg]:shrink-0",
  {
    variants: {
      tone: {
        neutral: 'bg-muted text-muted-foreground',
        outline: 'border bg-card text-muted-foreground',
        primary: 'bg-primary-soft text-primary',
        running: 'bg-running-soft text-running',
        waiting: 'bg-waiting-soft text-waiting',
        success: 'bg-success-soft text-success',
        failure: 'bg-failure-soft text-failure',
        paused: 'bg-paused-soft text-paused',
        cancelled: 'bg-cancelled-soft text-cancelled',
      },
    },
    defaultVariants: { tone: 'neutral' },
  },
)
export type BadgeTone = NonNullable<VariantProps<typeof badgeVariants>['tone']>

/** A word about a thing. The status tones are for status alone, with an icon beside the word. */
export function Badge({ className, tone, ...props }: ComponentProps<'span'> & VariantProps<typeof badgeVariants>) {
  return <span className={cn(badgeVariants({ tone }), className)} {...props} />
}

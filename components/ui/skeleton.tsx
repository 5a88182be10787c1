import type { ComponentProps } from 'react'
import { cn } from './cn'

/** The shape of what is coming. Put `aria-busy` on the region, not on each bone. */
export function Skeleton({ className, ...props }: ComponentProps<'div'>) {
  return <div aria-hidden className={cn('animate-pulse rounded-md bg-muted', className)} {...props} />
}

import { LoaderCircle } from 'lucide-react'
import { cn } from './cn'

/** Only for work that was asked for and has no measure (a pressed button). Loads use skeletons, long work uses Progress. */
export function Spinner({ className }: { className?: string }) {
  return <LoaderCircle aria-hidden className={cn('size-4 animate-spin', className)} />
}

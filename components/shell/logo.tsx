import { cn } from '@/components/ui/cn'

/** The mark: an open C, and the check that countersigns it. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" fill="none" aria-hidden className={cn('size-6 shrink-0', className)}>
      <rect width="32" height="32" rx="8" className="fill-primary" />
      <path
        d="M21.6 21.4a8.4 8.4 0 1 1-1.1-12.1"
        className="stroke-primary-foreground/55"
        strokeWidth="2.6"
        strokeLinecap="round"
      />
      <path
        d="m11.6 16.2 3.7 3.7L25.4 9.4"
        className="stroke-primary-foreground"
        strokeWidth="2.8"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}

/** Mark and name, for the head of the navigation and the pages before sign-in. */
export function Wordmark({ className }: { className?: string }) {
  return (
    <span className={cn('inline-flex items-center gap-2 font-semibold text-base tracking-tight', className)}>
      <Logo />
      Countersign
    </span>
  )
}

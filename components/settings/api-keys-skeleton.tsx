import { Skeleton } from '@/components/ui/skeleton'

const ROWS = ['a', 'b', 'c']

/** The list of keys before it is there, in its own shape. */
export function ApiKeysSkeleton() {
  return (
    <div aria-busy="true" className="overflow-hidden rounded-lg border bg-card shadow-xs">
      <p className="sr-only">Loading API keys</p>
      <div className="h-8 border-b bg-muted/50" />
      {ROWS.map((row) => (
        <div key={row} className="flex h-15 items-center gap-8 border-b px-3 last:border-b-0">
          <div className="grid flex-1 gap-1.5">
            <Skeleton className="h-3.5 w-40" />
            <Skeleton className="h-3 w-28" />
          </div>
          <Skeleton className="hidden h-5 w-24 md:block" />
          <Skeleton className="hidden h-3.5 w-16 md:block" />
          <Skeleton className="h-5 w-16" />
        </div>
      ))}
    </div>
  )
}

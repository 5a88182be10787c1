import { cn } from '@/components/ui/cn'
import { Skeleton } from '@/components/ui/skeleton'
import { cardGrid } from './workflow-cards'

const ROWS = ['a', 'b', 'c', 'd', 'e', 'f']

/** The list before it is there, in its own shape. */
export function WorkflowsSkeleton({ view }: { view: 'table' | 'cards' }) {
  return (
    <div aria-busy="true">
      <p className="sr-only">Loading workflows</p>
      {view === 'table' ? (
        <div className="hidden overflow-hidden rounded-lg border bg-card shadow-xs lg:block">
          <div className="h-8 border-b bg-muted/50" />
          {ROWS.map((row) => (
            <div key={row} className="flex h-15 items-center gap-8 border-b px-3 last:border-b-0">
              <div className="grid flex-1 gap-1.5">
                <Skeleton className="h-3.5 w-48" />
                <Skeleton className="h-3 w-72 max-w-full" />
              </div>
              <Skeleton className="h-5 w-16" />
              <Skeleton className="h-5 w-28" />
              <Skeleton className="h-3.5 w-16" />
            </div>
          ))}
        </div>
      ) : null}
      <div className={cn(cardGrid, view === 'table' && 'lg:hidden')}>
        {ROWS.map((row) => (
          <div key={row} className="grid gap-3 rounded-lg border bg-card p-4 shadow-xs">
            <Skeleton className="h-4 w-40" />
            <Skeleton className="h-5 w-16" />
            <Skeleton className="h-8 w-full" />
            <Skeleton className="h-5 w-28" />
          </div>
        ))}
      </div>
    </div>
  )
}

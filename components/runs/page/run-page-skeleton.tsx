import { Skeleton } from '@/components/ui/skeleton'

/** The shape of the page of a run. */
export function RunPageSkeleton() {
  return (
    <div aria-busy className="flex min-h-full flex-col lg:h-(--shell-height)">
      <h1 className="sr-only">Loading the run</h1>
      <div className="grid gap-2 border-b px-4 py-3.5 lg:px-5">
        <Skeleton className="h-3 w-14" />
        <div className="flex items-center gap-3">
          <Skeleton className="h-6 w-56" />
          <Skeleton className="h-5 w-24" />
        </div>
        <Skeleton className="h-3 w-72 max-w-full" />
      </div>
      <div className="grid min-h-0 flex-1 lg:grid-cols-[minmax(0,1fr)_24rem] xl:grid-cols-[minmax(0,1fr)_27rem]">
        <div className="grid grid-rows-[1fr_42%] max-lg:hidden">
          <Skeleton className="rounded-none" />
          <div className="grid content-start gap-3 border-t p-4">
            {['w-2/3', 'w-1/2', 'w-3/4', 'w-1/3'].map((width) => (
              <Skeleton key={width} className={`h-3.5 ${width}`} />
            ))}
          </div>
        </div>
        <div className="grid content-start gap-4 p-4 lg:border-l">
          <Skeleton className="h-5 w-40" />
          <Skeleton className="h-32" />
          <Skeleton className="h-8 w-32" />
        </div>
      </div>
    </div>
  )
}

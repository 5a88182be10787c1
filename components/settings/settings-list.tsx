import type { ReactNode } from 'react'
import { ErrorState } from '@/components/ui/error-state'
import { Skeleton } from '@/components/ui/skeleton'
import type { ApiError } from '@/lib/api/client/error'

interface SettingsListProps<Data> {
  /** What is listed: "members". */
  name: string
  query: { data: Data | undefined; error: ApiError | null; isFetching: boolean; refetch: () => unknown }
  children: (data: Data) => ReactNode
}

/** A list of the settings: on its way, refused, or there. */
export function SettingsList<Data>({ name, query, children }: SettingsListProps<Data>) {
  const { data, error, isFetching, refetch } = query
  if (data !== undefined) return children(data)
  if (!error) return <ListSkeleton name={name} />
  return (
    <ErrorState
      title={`The ${name} could not be loaded`}
      description={error.message}
      reference={error.requestId ? `Request ${error.requestId}` : undefined}
      onRetry={error.status === 403 ? undefined : () => void refetch()}
      retrying={isFetching}
    />
  )
}

function ListSkeleton({ name }: { name: string }) {
  return (
    <div aria-busy="true" className="overflow-hidden rounded-lg border bg-card shadow-xs">
      <p className="sr-only">Loading {name}</p>
      {['a', 'b', 'c'].map((row) => (
        <div key={row} className="flex h-15 items-center gap-8 border-b px-3 last:border-b-0">
          <div className="grid flex-1 gap-1.5">
            <Skeleton className="h-3.5 w-40" />
            <Skeleton className="h-3 w-28" />
          </div>
          <Skeleton className="h-5 w-16" />
        </div>
      ))}
    </div>
  )
}

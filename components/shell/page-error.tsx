'use client'

import Link from 'next/link'
import { useEffect } from 'react'
import { Button } from '@/components/ui/button'
import { ErrorState } from '@/components/ui/error-state'

export interface PageErrorProps {
  /** Whatever was thrown. From the server it has a `digest`, which stands in the log as well. */
  error: unknown
  /** Reads and draws the page again. */
  retry: () => void
}

/** A page that broke while it was drawn. The rest of the application stands. */
export function PageError({ error, retry }: PageErrorProps) {
  useEffect(() => {
    console.error(error)
  }, [error])
  const digest = digestOf(error)
  return (
    <div className="grid min-h-[60dvh] place-content-center">
      <h1 className="sr-only">Something went wrong</h1>
      <ErrorState
        title="This page ran into a problem"
        description="Nothing you saved is lost, and runs go on. Try again; if it comes back, the reference below helps to find it in the log."
        reference={digest ? `Reference ${digest}` : undefined}
        onRetry={retry}
        actions={
          <Button asChild variant="ghost">
            <Link href="/workflows">Go to workflows</Link>
          </Button>
        }
      />
    </div>
  )
}

function digestOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('digest' in error)) return undefined
  return typeof error.digest === 'string' ? error.digest : undefined
}

'use client'

import Link from 'next/link'
import { useEffect } from 'react'
import { Button } from '@/components/ui/button'
import { ErrorState } from '@/components/ui/error-state'

export interface PageErrorProps {
  error: Error & { digest?: string }
  reset: () => void
}

/** A page that broke while it was drawn. The rest of the application stands. */
export function PageError({ error, reset }: PageErrorProps) {
  useEffect(() => {
    console.error(error)
  }, [error])
  return (
    <ErrorState
      title="This page ran into a problem"
      description="Nothing you saved is lost, and runs go on. Try again; if it comes back, the reference below helps to find it in the log."
      reference={error.digest ? `Reference ${error.digest}` : undefined}
      onRetry={reset}
      actions={
        <Button asChild variant="ghost">
          <Link href="/workflows">Go to workflows</Link>
        </Button>
      }
      className="min-h-[60dvh] justify-center"
    />
  )
}

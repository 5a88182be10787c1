import { Compass } from 'lucide-react'
import type { Metadata } from 'next'
import Link from 'next/link'
import { Wordmark } from '@/components/shell/logo'
import { Button } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/empty-state'

export const metadata: Metadata = { title: 'Not found' }

export default function NotFound() {
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center gap-2 p-6">
      <h1 className="sr-only">Not found</h1>
      <Wordmark />
      <EmptyState
        icon={Compass}
        title="There is nothing at this address"
        description="It may have been deleted, or the link is incomplete. What you were looking for may be in one of these lists."
        actions={
          <>
            <Button asChild variant="primary">
              <Link href="/workflows">Workflows</Link>
            </Button>
            <Button asChild>
              <Link href="/runs">Runs</Link>
            </Button>
          </>
        }
      />
    </main>
  )
}

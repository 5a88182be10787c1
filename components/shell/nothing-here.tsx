import { Compass } from 'lucide-react'
import Link from 'next/link'
import { Button } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/empty-state'

/** An address that leads nowhere, and where to go from there. */
export function NothingHere() {
  return (
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
  )
}

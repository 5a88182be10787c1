import Link from 'next/link'
import { Button } from '@/components/ui/button'
import { AuthPage } from './auth-page'

/** Behind a link that opens nothing any more; why is nobody's business but the sender's. */
export function EndedLink() {
  return (
    <AuthPage
      title="This link works no more"
      description="It was used or revoked, or is too old."
      note="Ask whoever sent it for a new one."
    >
      <Button asChild size="lg" className="w-full">
        <Link href="/sign-in">Go to sign in</Link>
      </Button>
    </AuthPage>
  )
}

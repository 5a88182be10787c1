import type { Metadata } from 'next'
import Link from 'next/link'
import { AcceptInvitation } from '@/components/auth/accept-invitation'
import { AuthPage } from '@/components/auth/auth-page'
import { EndedLink } from '@/components/auth/ended-link'
import { JoinForm } from '@/components/auth/join-form'
import { signInPath } from '@/lib/auth/callback-path'
import { currentPrincipal } from '@/lib/auth/session'
import { readOffer } from '@/lib/usecases/join-team'

export const metadata: Metadata = { title: 'Join a team', referrer: 'no-referrer', robots: 'noindex' }

export default async function JoinPage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params
  const principal = await currentPrincipal()
  const offer = await readOffer({ token })
  if (offer === null) return <EndedLink />
  const { teamName, inviterName, email, name, role } = offer
  return (
    <AuthPage
      title={`Join ${teamName}`}
      description={`${inviterName} invites you as ${role}.`}
      note={
        principal ? (
          `You are signed in as ${principal.name}. Your other teams stay as they are.`
        ) : (
          <>
            You have an account here already?{' '}
            <Link href={signInPath(`/join/${token}`)} className="font-medium text-primary hover:underline">
              Sign in
            </Link>{' '}
            and join with it.
          </>
        )
      }
    >
      {principal ? (
        <AcceptInvitation token={token} teamName={teamName} />
      ) : (
        <JoinForm token={token} email={email} name={name} />
      )}
    </AuthPage>
  )
}

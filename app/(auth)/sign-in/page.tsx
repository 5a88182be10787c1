import type { Metadata } from 'next'
import { AuthPage } from '@/components/auth/auth-page'
import { SignInForm } from '@/components/auth/sign-in-form'
import { pathAfterSignIn } from '@/lib/auth/callback-path'
import { requireVisitor } from '@/lib/auth/session'

export const metadata: Metadata = { title: 'Sign in' }

export default async function SignInPage({ searchParams }: { searchParams: Promise<{ next?: string | string[] }> }) {
  const { next } = await searchParams
  await requireVisitor(next)
  return (
    <AuthPage
      title="Sign in"
      description="Draw, run and countersign the workflows of your team."
      note="First time here? The terminal in which Countersign was started says how to sign in."
    >
      <SignInForm next={pathAfterSignIn(next)} />
    </AuthPage>
  )
}

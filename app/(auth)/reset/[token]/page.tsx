import type { Metadata } from 'next'
import { AuthPage } from '@/components/auth/auth-page'
import { EndedLink } from '@/components/auth/ended-link'
import { ResetForm } from '@/components/auth/reset-form'
import { readResetLink } from '@/lib/usecases/reset-password'

export const metadata: Metadata = { title: 'A new password', referrer: 'no-referrer', robots: 'noindex' }

export default async function ResetPage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params
  const link = await readResetLink({ token })
  if (link === null) return <EndedLink />
  return (
    <AuthPage
      title="A new password"
      description={`For the account of ${link.name}.`}
      note="Afterwards you are signed in here, and signed out everywhere else."
    >
      <ResetForm token={token} email={link.email} />
    </AuthPage>
  )
}

import type { Metadata } from 'next'
import { AuthPage } from '@/components/auth/auth-page'
import { SetUpForm } from '@/components/auth/set-up-form'
import { requireNewInstallation } from '@/lib/auth/session'

export const metadata: Metadata = { title: 'Set up' }

export default async function SetUpPage() {
  await requireNewInstallation()
  return (
    <AuthPage
      title="Set up Countersign"
      description="Nobody has an account here yet. Create the first one: it owns the team."
      note="The token can be used once. After that this page leads to the sign-in page."
    >
      <SetUpForm />
    </AuthPage>
  )
}

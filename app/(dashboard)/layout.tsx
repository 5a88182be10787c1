import { cookies } from 'next/headers'
import type { ReactNode } from 'react'
import { AppShell } from '@/components/shell/app-shell'
import { SIDEBAR_COOKIE } from '@/components/shell/sidebar-cookie'
import { requirePrincipal } from '@/lib/auth/session'
import { getMe } from '@/lib/usecases/get-me'

/** Everything behind sign-in. The pages themselves read by the API, which decides for itself who may see what. */
export default async function DashboardLayout({ children }: { children: ReactNode }) {
  const principal = await requirePrincipal()
  const collapsed = (await cookies()).get(SIDEBAR_COOKIE)?.value === 'collapsed'
  return (
    <AppShell me={await getMe({ principal })} collapsedAtStart={collapsed}>
      {children}
    </AppShell>
  )
}

import { cookies } from 'next/headers'
import type { ReactNode } from 'react'
import { AppShell } from '@/components/shell/app-shell'
import { SIDEBAR_COOKIE } from '@/components/shell/sidebar-cookie'

export default async function DashboardLayout({ children }: { children: ReactNode }) {
  const collapsed = (await cookies()).get(SIDEBAR_COOKIE)?.value === 'collapsed'
  return <AppShell collapsedAtStart={collapsed}>{children}</AppShell>
}

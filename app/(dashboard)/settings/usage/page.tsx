import type { Metadata } from 'next'
import { UsagePage } from '@/components/settings/usage/usage-page'

export const metadata: Metadata = { title: 'Usage' }

export default function UsageSettingsPage() {
  return <UsagePage />
}

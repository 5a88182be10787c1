import type { Metadata } from 'next'
import { LimitsPage } from '@/components/settings/limits/limits-page'

export const metadata: Metadata = { title: 'Limits' }

export default function LimitsSettingsPage() {
  return <LimitsPage />
}

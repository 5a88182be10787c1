import type { Metadata } from 'next'
import { ConnectedAppsPage } from '@/components/settings/apps/connected-apps-page'

export const metadata: Metadata = { title: 'Connected apps' }

export default function SettingsAppsPage() {
  return <ConnectedAppsPage />
}

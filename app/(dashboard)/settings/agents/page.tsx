import type { Metadata } from 'next'
import { AgentsPage } from '@/components/settings/agents/agents-page'

export const metadata: Metadata = { title: 'Agents' }

export default function AgentsSettingsPage() {
  return <AgentsPage />
}

import { redirect } from 'next/navigation'

/** Settings begin with what concerns everybody. */
export default function SettingsPage() {
  redirect('/settings/account')
}

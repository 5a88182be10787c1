import type { Metadata } from 'next'
import { ConsentPage } from '@/components/oauth/consent-page'
import { requirePrincipal } from '@/lib/auth/session'

export const metadata: Metadata = { title: 'Let a program act for you', referrer: 'no-referrer' }

export default async function AuthorizePage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}) {
  const principal = await requirePrincipal()
  const query = Object.fromEntries(
    Object.entries(await searchParams).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  )
  return <ConsentPage person={principal.name} query={query} />
}

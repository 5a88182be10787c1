import type { Metadata } from 'next'
import Link from 'next/link'
import { ApiReference } from './api-reference'

export const metadata: Metadata = { title: 'API reference' }

/** The reference of the API, from its own OpenAPI document. Everybody may read it; nothing loads from another host. */
export default function DocsPage() {
  return (
    <main className="min-h-dvh bg-white text-neutral-900">
      <header className="flex items-center justify-between border-b border-neutral-200 px-6 py-3 text-sm">
        <Link href="/" className="font-medium">
          Countersign
        </Link>
        <a href="/api/openapi.json" className="underline underline-offset-4">
          openapi.json
        </a>
      </header>
      <ApiReference url="/api/openapi.json" />
    </main>
  )
}

import type { Metadata } from 'next'
import Link from 'next/link'
import { ApiDocs } from './api-docs'

export const metadata: Metadata = { title: 'API reference' }

/** The reference of the API, from its own OpenAPI document. Everybody may read it; nothing loads from another host. */
export default function DocsPage() {
  return (
    <main className="min-h-dvh bg-background text-foreground">
      <header className="flex flex-wrap items-center gap-x-5 gap-y-1 border-b px-6 py-3 text-sm">
        <Link href="/" className="mr-auto font-medium">
          Countersign
        </Link>
        <a href="/api/client.ts" className="underline underline-offset-4" download="countersign.ts">
          TypeScript client
        </a>
        <a href="/api/openapi.json" className="underline underline-offset-4">
          openapi.json
        </a>
      </header>
      <ApiDocs />
    </main>
  )
}

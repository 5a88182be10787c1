import type { Metadata } from 'next'
import { Wordmark } from '@/components/shell/logo'
import { NothingHere } from '@/components/shell/nothing-here'

export const metadata: Metadata = { title: 'Not found' }

export default function NotFound() {
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center p-6">
      <h1 className="sr-only">Not found</h1>
      <Wordmark />
      <NothingHere />
    </main>
  )
}

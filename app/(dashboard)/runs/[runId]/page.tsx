import type { Metadata } from 'next'
import { Suspense } from 'react'
import { RunPage } from '@/components/runs/page/run-page'
import { RunPageSkeleton } from '@/components/runs/page/run-page-skeleton'

export const metadata: Metadata = { title: 'Run' }

export default async function Page({ params }: { params: Promise<{ runId: string }> }) {
  const { runId } = await params
  return (
    <Suspense fallback={<RunPageSkeleton />}>
      <RunPage key={runId} runId={runId} />
    </Suspense>
  )
}

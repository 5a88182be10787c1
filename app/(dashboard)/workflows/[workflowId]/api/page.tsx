import type { Metadata } from 'next'
import { WorkflowApiPage } from '@/components/workflows/api/api-page'

export const metadata: Metadata = { title: 'API of a workflow' }

export default async function Page({ params }: { params: Promise<{ workflowId: string }> }) {
  const { workflowId } = await params
  return <WorkflowApiPage workflowId={workflowId} />
}

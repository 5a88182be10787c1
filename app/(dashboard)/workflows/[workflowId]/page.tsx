import type { Metadata } from 'next'
import { DesignerPage } from '@/components/designer/designer-page'

export const metadata: Metadata = { title: 'Designer' }

export default async function WorkflowPage({ params }: { params: Promise<{ workflowId: string }> }) {
  const { workflowId } = await params
  return <DesignerPage workflowId={workflowId} />
}

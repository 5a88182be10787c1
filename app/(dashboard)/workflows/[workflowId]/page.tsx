import type { Metadata } from 'next'
import { preload } from 'react-dom'
import { DesignerPage } from '@/components/designer/designer-page'
import { urlOf } from '@/lib/api/client/call'
import { contracts } from '@/lib/api/contracts/routes'

export const metadata: Metadata = { title: 'Designer' }

export default async function WorkflowPage({ params }: { params: Promise<{ workflowId: string }> }) {
  const { workflowId } = await params
  // The browser asks for the workflow while it still loads the scripts that will ask for it.
  const url = urlOf(contracts.getWorkflow, { params: { workflow_id: workflowId } })
  preload(url, { as: 'fetch', crossOrigin: 'anonymous' })
  return <DesignerPage workflowId={workflowId} />
}

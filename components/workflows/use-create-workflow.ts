'use client'

import { useRouter } from 'next/navigation'
import { toast } from '@/components/ui/toast'
import { useApiMutation } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'

/** Creates a workflow and opens it in the designer. Errors are for the form that asked. */
export function useCreateWorkflow() {
  const router = useRouter()
  return useApiMutation(contracts.createWorkflow, {
    invalidates: [contracts.listWorkflows],
    onSuccess: (workflow) => {
      toast.success(`“${workflow.name}” created`)
      router.push(`/workflows/${workflow.id}`)
    },
  })
}

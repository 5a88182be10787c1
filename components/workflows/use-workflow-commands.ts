'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { toast } from '@/components/ui/toast'
import { callApi } from '@/lib/api/client/call'
import { messageOf } from '@/lib/api/client/error'
import { queryKey, useApiMutation } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import type { WorkflowSummary } from '@/lib/api/contracts/workflows'
import { downloadJson, fileNameOf, toWorkflowFile } from './workflow-file'

const NAME_MAX = 100

/** What can be done to a workflow from the list. Each says on screen how it ended. */
export function useWorkflowCommands() {
  const client = useQueryClient()
  const router = useRouter()
  const refresh = () => client.invalidateQueries({ queryKey: queryKey(contracts.listWorkflows) })

  const duplicate = useMutation({
    mutationFn: async (workflow: WorkflowSummary) => {
      const whole = await callApi(contracts.getWorkflow, { params: { workflow_id: workflow.id } })
      return callApi(contracts.createWorkflow, {
        body: {
          name: copyName(whole.name),
          description: whole.description,
          tags: whole.tags,
          definition: whole.definition,
        },
      })
    },
    onSuccess: async (copy) => {
      await refresh()
      toast.success(`“${copy.name}” created`, {
        action: { label: 'Open', onClick: () => router.push(`/workflows/${copy.id}`) },
      })
    },
    onError: (error) => toast.error('The workflow could not be duplicated', { description: messageOf(error) }),
  })

  const exportFile = useMutation({
    mutationFn: (workflow: WorkflowSummary) => callApi(contracts.getWorkflow, { params: { workflow_id: workflow.id } }),
    onSuccess: (whole) => downloadJson(fileNameOf(whole.slug), toWorkflowFile(whole)),
    onError: (error) => toast.error('The workflow could not be exported', { description: messageOf(error) }),
  })

  const remove = useApiMutation(contracts.deleteWorkflow, {
    onSuccess: async () => {
      await refresh()
      toast.success('Workflow deleted')
    },
    onError: (error) => toast.error('The workflow could not be deleted', { description: messageOf(error) }),
  })

  return { duplicate, exportFile, remove }
}

/** `Invoice check` → `Invoice check (copy)`, never longer than a name may be. */
export function copyName(name: string): string {
  const suffix = ' (copy)'
  return name.slice(0, NAME_MAX - suffix.length) + suffix
}

'use client'

import { ConfirmDialog } from '@/components/ui/alert-dialog'
import { toast } from '@/components/ui/toast'
import { useApiMutation } from '@/lib/api/client/query'
import type { Agent } from '@/lib/api/contracts/agents'
import { contracts } from '@/lib/api/contracts/routes'

/** Asks before an agent goes, saying what hangs on it. `agent` undefined: closed. */
export function DeleteAgentDialog({ agent, onClose }: { agent: Agent | undefined; onClose: () => void }) {
  const remove = useApiMutation(contracts.deleteAgent, {
    invalidates: [contracts.listAgents],
    onSuccess: () => {
      toast.success(`${agent?.name ?? 'The agent'} is deleted`)
      onClose()
    },
  })
  return (
    <ConfirmDialog
      open={agent !== undefined}
      onOpenChange={(open) => {
        if (open) return
        remove.reset()
        onClose()
      }}
      title={`Delete ${agent?.name ?? ''}?`}
      description={agent ? whatHangsOn(agent) : ''}
      confirmLabel="Delete agent"
      destructive
      pending={remove.isPending}
      onConfirm={() => {
        if (agent) remove.mutate({ params: { agent_id: agent.id } })
      }}
    >
      {remove.error ? (
        <p role="alert" className="text-failure text-sm">
          {remove.error.message}
        </p>
      ) : null}
    </ConfirmDialog>
  )
}

function whatHangsOn(agent: Agent): string {
  const count = agent.workflow_count
  const workflows =
    count === 0
      ? 'No workflow names it.'
      : `${count === 1 ? 'One workflow names it and falls' : `${count} workflows name it and fall`} back to the team’s default agent.`
  const rest = agent.is_default
    ? 'It is the default: until another one is, nobody executes what names no agent.'
    : 'Callers that name its id are refused.'
  return `${workflows} ${rest} Runs that it executed keep its id.`
}

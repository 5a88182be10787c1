'use client'

import { Bot, MoreHorizontal, Plus } from 'lucide-react'
import { useState } from 'react'
import { PageBody, PageHeader } from '@/components/shell/page-header'
import { useMay } from '@/components/shell/use-principal'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { EmptyState } from '@/components/ui/empty-state'
import { Table, TableBody, TableCell, TableHead, TableHeaderCell, TableRow } from '@/components/ui/table'
import { Time } from '@/components/ui/time'
import { toast } from '@/components/ui/toast'
import { useApi, useApiMutation } from '@/lib/api/client/query'
import type { Agent } from '@/lib/api/contracts/agents'
import { contracts } from '@/lib/api/contracts/routes'
import { SettingsList } from '../settings-list'
import { AgentDialog } from './agent-dialog'
import { DeleteAgentDialog } from './delete-agent-dialog'

/** Who runs are executed as: see the agents, make one, rename one, choose the default, delete one. */
export function AgentsPage() {
  const agents = useApi(contracts.listAgents)
  const mayManage = useMay('team:manage')
  const [editing, setEditing] = useState<Agent | 'new'>()
  const [deleting, setDeleting] = useState<Agent>()
  const create = (
    <Button variant="primary" onClick={() => setEditing('new')}>
      <Plus aria-hidden />
      New agent
    </Button>
  )
  return (
    <PageBody className="max-w-6xl">
      <PageHeader
        title="Agents"
        description="A run is executed as an agent: the one that its caller names, else the workflow’s own, else the default."
        actions={mayManage && agents.data && agents.data.items.length > 0 ? create : undefined}
      />
      <SettingsList name="agents" query={agents}>
        {({ items }) =>
          items.length === 0 ? (
            <div className="rounded-lg border border-dashed">
              <EmptyState
                icon={Bot}
                title="No agents"
                description="Runs say nothing of who executes them until there is one."
                actions={mayManage ? create : undefined}
              />
            </div>
          ) : (
            <AgentsTable agents={items} mayManage={mayManage} onEdit={setEditing} onDelete={setDeleting} />
          )
        }
      </SettingsList>
      <AgentDialog agent={editing} onClose={() => setEditing(undefined)} />
      <DeleteAgentDialog agent={deleting} onClose={() => setDeleting(undefined)} />
    </PageBody>
  )
}

interface AgentsTableProps {
  agents: Agent[]
  mayManage: boolean
  onEdit: (agent: Agent) => void
  onDelete: (agent: Agent) => void
}

function AgentsTable({ agents, mayManage, onEdit, onDelete }: AgentsTableProps) {
  return (
    <Table>
      <caption className="sr-only">Agents</caption>
      <TableHead>
        <tr>
          <TableHeaderCell className="w-full">Agent</TableHeaderCell>
          <TableHeaderCell className="hidden sm:table-cell">Workflows</TableHeaderCell>
          <TableHeaderCell className="hidden md:table-cell">Made</TableHeaderCell>
          {mayManage ? (
            <TableHeaderCell>
              <span className="sr-only">Actions</span>
            </TableHeaderCell>
          ) : null}
        </tr>
      </TableHead>
      <TableBody>
        {agents.map((agent) => (
          <TableRow key={agent.id}>
            <TableCell className="max-w-0 py-2.5">
              <p className="flex min-w-0 items-center gap-2">
                <span className="truncate font-medium">{agent.name}</span>
                {agent.is_default ? <Badge tone="primary">Default</Badge> : null}
              </p>
              <p className="flex items-center gap-1 text-muted-foreground text-xs">
                <span className="truncate font-mono">{agent.id}</span>
                <CopyButton value={agent.id} label={`Copy the id of ${agent.name}`} />
              </p>
              <p className="text-muted-foreground text-xs sm:hidden">{workflowsOf(agent)}</p>
            </TableCell>
            <TableCell className="hidden whitespace-nowrap text-muted-foreground sm:table-cell">
              {workflowsOf(agent)}
            </TableCell>
            <TableCell className="hidden text-muted-foreground md:table-cell">
              <Time value={agent.created_at} />
            </TableCell>
            {mayManage ? (
              <TableCell className="pr-2 text-right">
                <AgentMenu agent={agent} onEdit={onEdit} onDelete={onDelete} />
              </TableCell>
            ) : null}
          </TableRow>
        ))}
      </TableBody>
    </Table>
  )
}

function AgentMenu({ agent, onEdit, onDelete }: Omit<AgentsTableProps, 'agents' | 'mayManage'> & { agent: Agent }) {
  const change = useApiMutation(contracts.patchAgent, {
    invalidates: [contracts.listAgents],
    onSuccess: () => toast.success(`${agent.name} is the default agent`),
    onError: (error) => toast.error('The default agent is the same as before', { description: error.message }),
  })
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="icon-sm" aria-label={`Actions for ${agent.name}`} pending={change.isPending}>
          <MoreHorizontal aria-hidden />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        <DropdownMenuItem onSelect={() => onEdit(agent)}>Rename</DropdownMenuItem>
        {agent.is_default ? null : (
          <DropdownMenuItem
            onSelect={() => change.mutate({ params: { agent_id: agent.id }, body: { is_default: true } })}
          >
            Make it the default
          </DropdownMenuItem>
        )}
        <DropdownMenuSeparator />
        <DropdownMenuItem destructive onSelect={() => onDelete(agent)}>
          Delete
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  )
}

/** What names the agent, in words. */
function workflowsOf(agent: Agent): string {
  if (agent.workflow_count > 0) return agent.workflow_count === 1 ? '1 workflow' : `${agent.workflow_count} workflows`
  return agent.is_default ? 'What names nobody' : 'None name it'
}

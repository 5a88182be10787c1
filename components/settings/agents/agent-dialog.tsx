'use client'

import { type FormEvent, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Dialog, DialogBody, DialogContent, DialogFooter, DialogHeader } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { useApiMutation } from '@/lib/api/client/query'
import type { Agent } from '@/lib/api/contracts/agents'
import { contracts } from '@/lib/api/contracts/routes'

interface AgentDialogProps {
  /** The agent to rename, or a new one; undefined: closed. */
  agent: Agent | 'new' | undefined
  onClose: () => void
}

/** Names an agent, new or old. */
export function AgentDialog({ agent, onClose }: AgentDialogProps) {
  const isNew = agent === 'new'
  return (
    <Dialog open={agent !== undefined} onOpenChange={(open) => (open ? undefined : onClose())}>
      <DialogContent size="sm">
        <DialogHeader
          title={isNew ? 'New agent' : 'Rename the agent'}
          description={isNew ? 'Callers name it by its id.' : 'Its id, by which callers name it, stays.'}
        />
        {agent === undefined ? null : <AgentForm agent={isNew ? undefined : agent} onClose={onClose} />}
      </DialogContent>
    </Dialog>
  )
}

function AgentForm({ agent, onClose }: { agent: Agent | undefined; onClose: () => void }) {
  const [name, setName] = useState(agent?.name ?? '')
  const [missing, setMissing] = useState<string>()
  const settled = { invalidates: [contracts.listAgents], onSuccess: onClose }
  const create = useApiMutation(contracts.createAgent, settled)
  const rename = useApiMutation(contracts.patchAgent, settled)
  const pending = create.isPending || rename.isPending
  const refused = create.error ?? rename.error

  function submit(event: FormEvent) {
    event.preventDefault()
    if (pending) return
    const wanted = name.trim()
    if (wanted === '') return setMissing('Give the agent a name.')
    if (agent === undefined) create.mutate({ body: { name: wanted } })
    else rename.mutate({ params: { agent_id: agent.id }, body: { name: wanted } })
  }

  return (
    <form onSubmit={submit} noValidate className="flex min-h-0 flex-1 flex-col">
      <DialogBody>
        <Field label="Name" error={missing ?? refused?.message}>
          <Input
            value={name}
            required
            autoFocus
            autoComplete="off"
            maxLength={100}
            onChange={(event) => {
              setName(event.target.value)
              setMissing(undefined)
              create.reset()
              rename.reset()
            }}
          />
        </Field>
      </DialogBody>
      <DialogFooter>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" variant="primary" pending={pending}>
          {agent === undefined ? 'Create agent' : 'Rename'}
        </Button>
      </DialogFooter>
    </form>
  )
}

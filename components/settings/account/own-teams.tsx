'use client'

import { Plus } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { useMay, usePrincipal } from '@/components/shell/use-principal'
import { useSwitchTeam } from '@/components/shell/use-switch-team'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { Dialog, DialogBody, DialogContent, DialogFooter, DialogHeader } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { toast } from '@/components/ui/toast'
import { useApiMutation } from '@/lib/api/client/query'
import type { Me } from '@/lib/api/contracts/keys'
import { contracts } from '@/lib/api/contracts/routes'
import { ROLE_WORDS } from '../members/role-words'

/** The teams of the person: turn to another, rename this one, make a further one. */
export function OwnTeams() {
  const me = usePrincipal()
  const mayRename = useMay('team:manage')
  const turnTo = useSwitchTeam()
  const [dialog, setDialog] = useState<'create' | 'rename'>()
  if (!me) return null
  return (
    <div className="grid gap-3">
      <ul className="divide-y overflow-hidden rounded-lg border bg-card shadow-xs">
        {me.teams.map(({ id, name, role }) => (
          <li key={id} className="flex min-h-12 items-center gap-3 px-3 py-2">
            <p className="flex min-w-0 flex-1 flex-wrap items-center gap-x-1.5">
              <span className="truncate font-medium">{name}</span>
              <Badge>{ROLE_WORDS[role]}</Badge>
              {id === me.team.id ? <Badge tone="primary">You are here</Badge> : null}
            </p>
            {id !== me.team.id ? (
              <Button variant="ghost" size="sm" aria-label={`Switch to ${name}`} onClick={() => turnTo(id)}>
                Switch
              </Button>
            ) : mayRename ? (
              <Button variant="ghost" size="sm" aria-label={`Rename ${name}`} onClick={() => setDialog('rename')}>
                Rename
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      <Button className="w-fit" onClick={() => setDialog('create')}>
        <Plus aria-hidden />
        New team
      </Button>
      <Dialog open={dialog !== undefined} onOpenChange={(open) => (open ? undefined : setDialog(undefined))}>
        <DialogContent size="sm">
          {dialog === 'create' ? <CreateTeam onClose={() => setDialog(undefined)} onCreated={turnTo} /> : null}
          {dialog === 'rename' ? <RenameTeam team={me.team} onClose={() => setDialog(undefined)} /> : null}
        </DialogContent>
      </Dialog>
    </div>
  )
}

function CreateTeam({ onClose, onCreated }: { onClose: () => void; onCreated: (teamId: string) => void }) {
  const create = useApiMutation(contracts.createTeam, { onSuccess: ({ id }) => onCreated(id) })
  return (
    <>
      <DialogHeader
        title="New team"
        description="With workflows, runs, members and keys of its own. You own it, and go there at once."
      />
      <TeamNameForm
        verb="Create team"
        pending={create.isPending || create.isSuccess}
        refusal={create.error?.message}
        onSubmit={(name) => create.mutate({ body: { name } })}
        onCancel={onClose}
      />
    </>
  )
}

function RenameTeam({ team, onClose }: { team: Me['team']; onClose: () => void }) {
  const rename = useApiMutation(contracts.patchTeam, {
    invalidates: [contracts.getMe],
    onSuccess: ({ name }) => {
      toast.success(`The team is called ${name} now`)
      onClose()
    },
  })
  return (
    <>
      <DialogHeader title={`Rename ${team.name}`} />
      <TeamNameForm
        name={team.name}
        verb="Rename"
        pending={rename.isPending}
        refusal={rename.error?.message}
        onSubmit={(name) => rename.mutate({ params: { team_id: team.id }, body: { name } })}
        onCancel={onClose}
      />
    </>
  )
}

interface TeamNameFormProps {
  name?: string
  verb: string
  pending: boolean
  refusal: string | undefined
  onSubmit: (name: string) => void
  onCancel: () => void
}

function TeamNameForm({ name: before = '', verb, pending, refusal, onSubmit, onCancel }: TeamNameFormProps) {
  const [name, setName] = useState(before)
  const [isMissing, setMissing] = useState(false)

  function submit(event: FormEvent) {
    event.preventDefault()
    if (pending) return
    setMissing(name.trim() === '')
    if (name.trim() !== '') onSubmit(name.trim())
  }
  return (
    <form onSubmit={submit} noValidate>
      <DialogBody>
        <Field label="Name of the team" error={isMissing ? 'Give the team a name.' : refusal}>
          <Input
            value={name}
            maxLength={100}
            required
            autoFocus
            autoComplete="off"
            onChange={(event) => {
              setName(event.target.value)
              setMissing(false)
            }}
          />
        </Field>
      </DialogBody>
      <DialogFooter>
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" variant="primary" pending={pending}>
          {verb}
        </Button>
      </DialogFooter>
    </form>
  )
}

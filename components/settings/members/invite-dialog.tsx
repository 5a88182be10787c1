'use client'

import { type FormEvent, useState } from 'react'
import { usePrincipal } from '@/components/shell/use-principal'
import { Button } from '@/components/ui/button'
import { Dialog, DialogBody, DialogContent, DialogFooter, DialogHeader } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { toast } from '@/components/ui/toast'
import { useApiMutation } from '@/lib/api/client/query'
import type { Invited } from '@/lib/api/contracts/members'
import { contracts } from '@/lib/api/contracts/routes'
import type { Role } from '@/lib/auth/permissions'
import { OneTimeLink } from '../one-time-link'
import { RoleChoices } from './role-choices'
import { grantableRoles } from './role-words'

interface InviteDialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** Address, name, role; then the link, which keeps the dialog open until the person says it is copied. */
export function InviteDialog({ open, onOpenChange }: InviteDialogProps) {
  const [invitation, setInvitation] = useState<NonNullable<Invited['invitation']>>()

  function close() {
    setInvitation(undefined)
    onOpenChange(false)
  }
  function settle({ member, invitation: made }: Invited) {
    if (made) return setInvitation(made)
    toast.success(`${member?.name ?? 'The person'} is a member now`, { description: 'They had an account already.' })
    close()
  }

  // A stray click must not take away what cannot be shown again.
  const hold = (event: Event) => {
    if (invitation) event.preventDefault()
  }
  return (
    <Dialog open={open} onOpenChange={(next) => (next ? onOpenChange(true) : close())}>
      <DialogContent hideClose={invitation !== undefined} onInteractOutside={hold} onEscapeKeyDown={hold}>
        {invitation ? (
          <>
            <DialogHeader
              title={`A link for ${invitation.email}`}
              description="Send it to the person yourself. It works once, for seven days, and cannot be shown again."
            />
            <DialogBody>
              <OneTimeLink link={invitation.link} />
            </DialogBody>
            <DialogFooter>
              <Button onClick={close}>I have copied it</Button>
            </DialogFooter>
          </>
        ) : (
          <>
            <DialogHeader
              title="Invite a person"
              description="Who has an account here becomes a member at once; everybody else joins by a link."
            />
            <InviteForm onInvited={settle} onCancel={close} />
          </>
        )}
      </DialogContent>
    </Dialog>
  )
}

function InviteForm({ onInvited, onCancel }: { onInvited: (invited: Invited) => void; onCancel: () => void }) {
  const me = usePrincipal()
  const [email, setEmail] = useState('')
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('editor')
  const [missing, setMissing] = useState<string>()
  const invite = useApiMutation(contracts.inviteMember, {
    invalidates: [contracts.listMembers, contracts.listInvitations],
    onSuccess: onInvited,
  })
  const refused = invite.error
  const emailError = missing ?? refused?.fieldError('email')

  function submit(event: FormEvent) {
    event.preventDefault()
    if (invite.isPending) return
    const isAddress = /^\S+@\S+$/.test(email.trim())
    setMissing(isAddress ? undefined : 'Enter an e-mail address, such as you@example.com.')
    if (isAddress) invite.mutate({ body: { email: email.trim(), name: name.trim(), role } })
  }

  return (
    <form onSubmit={submit} noValidate className="flex min-h-0 flex-1 flex-col">
      <DialogBody className="grid gap-4">
        <Field label="E-mail" error={emailError}>
          <Input
            type="email"
            value={email}
            required
            autoFocus
            autoComplete="off"
            onChange={(event) => {
              setEmail(event.target.value)
              setMissing(undefined)
              invite.reset()
            }}
          />
        </Field>
        <Field label="Name" optional hint="They can change it when they join.">
          <Input value={name} maxLength={100} autoComplete="off" onChange={(event) => setName(event.target.value)} />
        </Field>
        <RoleChoices value={role} onChange={setRole} grantable={me ? grantableRoles(me.role) : []} />
        {refused && emailError === undefined ? (
          <p role="alert" className="text-failure text-sm">
            {refused.message}
          </p>
        ) : null}
      </DialogBody>
      <DialogFooter>
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" variant="primary" pending={invite.isPending}>
          Invite
        </Button>
      </DialogFooter>
    </form>
  )
}

'use client'

import { useState } from 'react'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { Dialog, DialogBody, DialogContent, DialogFooter, DialogHeader } from '@/components/ui/dialog'
import { Table, TableBody, TableCell, TableHead, TableHeaderCell, TableRow } from '@/components/ui/table'
import { Time } from '@/components/ui/time'
import { toast } from '@/components/ui/toast'
import { useApiMutation } from '@/lib/api/client/query'
import type { Invitation } from '@/lib/api/contracts/members'
import { contracts } from '@/lib/api/contracts/routes'
import { OneTimeLink } from '../one-time-link'
import { ROLE_WORDS } from './role-words'

/** Invitations that wait. Their links are not kept, so a lost one is replaced by a new one. */
export function InvitationsTable({ invitations }: { invitations: Invitation[] }) {
  const [link, setLink] = useState<string>()
  return (
    <>
      <Table>
        <caption className="sr-only">Invitations that wait</caption>
        <TableHead>
          <tr>
            <TableHeaderCell className="w-full">Invited</TableHeaderCell>
            <TableHeaderCell className="hidden sm:table-cell">Role</TableHeaderCell>
            <TableHeaderCell className="hidden md:table-cell">By</TableHeaderCell>
            <TableHeaderCell className="hidden md:table-cell">Ends</TableHeaderCell>
            <TableHeaderCell>
              <span className="sr-only">Actions</span>
            </TableHeaderCell>
          </tr>
        </TableHead>
        <TableBody>
          {invitations.map((invitation) => (
            <InvitationRow key={invitation.id} invitation={invitation} onLink={setLink} />
          ))}
        </TableBody>
      </Table>
      <Dialog open={link !== undefined} onOpenChange={(open) => (open ? undefined : setLink(undefined))}>
        <DialogContent>
          <DialogHeader
            title="A new link"
            description="The one before works no more. This one works once, for seven days, and cannot be shown again."
          />
          <DialogBody>{link ? <OneTimeLink link={link} /> : null}</DialogBody>
          <DialogFooter>
            <Button onClick={() => setLink(undefined)}>I have copied it</Button>
          </DialogFooter>
        </DialogContent>
      </Dialog>
    </>
  )
}

function InvitationRow({ invitation, onLink }: { invitation: Invitation; onLink: (link: string) => void }) {
  const { id, email, name, role } = invitation
  const refuse = ({ message }: { message: string }) => toast.error(message)
  const revoke = useApiMutation(contracts.revokeInvitation, {
    invalidates: [contracts.listInvitations],
    onSuccess: () => toast.success('The invitation is revoked', { description: 'Its link works no more.' }),
    onError: refuse,
  })
  const renew = useApiMutation(contracts.inviteMember, {
    invalidates: [contracts.listInvitations, contracts.listMembers],
    onSuccess: (made) => {
      if (made.invitation) onLink(made.invitation.link)
      else toast.success(`${made.member?.name ?? email} is a member now`)
    },
    onError: refuse,
  })
  return (
    <TableRow>
      <TableCell className="max-w-0 py-2.5">
        <p className="truncate font-medium">{email}</p>
        <p className="truncate text-muted-foreground text-xs">
          {name}
          <span className="sm:hidden">
            {name ? ' · ' : ''}
            {ROLE_WORDS[role]}
          </span>
        </p>
      </TableCell>
      <TableCell className="hidden sm:table-cell">
        <Badge>{ROLE_WORDS[role]}</Badge>
      </TableCell>
      <TableCell className="hidden max-w-40 truncate text-muted-foreground md:table-cell">
        {invitation.invited_by}
      </TableCell>
      <TableCell className="hidden text-muted-foreground md:table-cell">
        <Time value={invitation.expires_at} />
      </TableCell>
      <TableCell className="pr-2">
        <div className="flex justify-end gap-1 max-sm:flex-col max-sm:items-end">
          <Button
            variant="ghost"
            size="sm"
            aria-label={`New link for ${email}`}
            pending={renew.isPending}
            onClick={() => renew.mutate({ body: { email, name, role } })}
          >
            New link
          </Button>
          <Button
            variant="ghost"
            size="sm"
            aria-label={`Revoke the invitation of ${email}`}
            pending={revoke.isPending}
            onClick={() => revoke.mutate({ params: { invitation_id: id } })}
          >
            Revoke
          </Button>
        </div>
      </TableCell>
    </TableRow>
  )
}

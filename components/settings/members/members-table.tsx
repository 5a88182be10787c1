'use client'

import { Ellipsis, KeyRound, UserMinus } from 'lucide-react'
import { usePrincipal } from '@/components/shell/use-principal'
import { Avatar } from '@/components/shell/user-menu'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { DropdownMenu, DropdownMenuContent, DropdownMenuItem, DropdownMenuTrigger } from '@/components/ui/dropdown-menu'
import { Table, TableBody, TableCell, TableHead, TableHeaderCell, TableRow } from '@/components/ui/table'
import { Time } from '@/components/ui/time'
import type { Member } from '@/lib/api/contracts/members'
import { MemberRole } from './member-role'

interface MembersTableProps {
  members: Member[]
  onRemove: (member: Member) => void
  onReset: (member: Member) => void
}

/** One row per person; on a phone the times fold under the name. */
export function MembersTable({ members, onRemove, onReset }: MembersTableProps) {
  const me = usePrincipal()
  return (
    <Table>
      <caption className="sr-only">Members of the team</caption>
      <TableHead>
        <tr>
          <TableHeaderCell className="w-full">Person</TableHeaderCell>
          <TableHeaderCell>Role</TableHeaderCell>
          <TableHeaderCell className="hidden md:table-cell">Joined</TableHeaderCell>
          <TableHeaderCell className="hidden md:table-cell">Last seen</TableHeaderCell>
          <TableHeaderCell>
            <span className="sr-only">Actions</span>
          </TableHeaderCell>
        </tr>
      </TableHead>
      <TableBody>
        {members.map((member) => (
          <TableRow key={member.user_id}>
            <TableCell className="max-w-0 py-2.5">
              <div className="flex items-center gap-3">
                <Avatar name={member.name} className="max-sm:hidden" />
                <div className="min-w-0">
                  <p className="flex items-center gap-1.5">
                    <span className="truncate font-medium">{member.name}</span>
                    {member.user_id === me?.id ? <Badge>You</Badge> : null}
                    {member.is_disabled ? <Badge tone="cancelled">Disabled</Badge> : null}
                  </p>
                  <p className="truncate text-muted-foreground text-xs">{member.email}</p>
                </div>
              </div>
            </TableCell>
            <TableCell>
              <MemberRole member={member} />
            </TableCell>
            <TableCell className="hidden text-muted-foreground md:table-cell">
              <Time value={member.joined_at} />
            </TableCell>
            <TableCell className="hidden text-muted-foreground md:table-cell">
              {member.last_seen_at ? <Time value={member.last_seen_at} /> : 'Not lately'}
            </TableCell>
            <TableCell className="pr-2 text-right">
              <MemberActions
                member={member}
                isSelf={member.user_id === me?.id}
                onRemove={() => onRemove(member)}
                onReset={() => onReset(member)}
              />
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  )
}

interface MemberActionsProps {
  member: Member
  isSelf: boolean
  onRemove: () => void
  onReset: () => void
}

function MemberActions({ member, isSelf, onRemove, onReset }: MemberActionsProps) {
  const { may } = member
  if (!may.remove && !may.reset_password) return null
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="icon-sm" aria-label={`More for ${member.name}`}>
          <Ellipsis aria-hidden />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        {may.reset_password ? (
          <DropdownMenuItem onSelect={onReset}>
            <KeyRound aria-hidden />
            Link for a new password
          </DropdownMenuItem>
        ) : null}
        {may.remove ? (
          <DropdownMenuItem destructive onSelect={onRemove}>
            <UserMinus aria-hidden />
            {isSelf ? 'Leave the team' : 'Remove from the team'}
          </DropdownMenuItem>
        ) : null}
      </DropdownMenuContent>
    </DropdownMenu>
  )
}

'use client'

import { usePrincipal } from '@/components/shell/use-principal'
import { Badge } from '@/components/ui/badge'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { toast } from '@/components/ui/toast'
import { Tooltip } from '@/components/ui/tooltip'
import { useApiMutation } from '@/lib/api/client/query'
import type { Member } from '@/lib/api/contracts/members'
import { contracts } from '@/lib/api/contracts/routes'
import type { Role } from '@/lib/auth/permissions'
import { explainRole, grantableRoles, ROLE_WORDS } from './role-words'

/** The role of a member: a choice for who may change it, a word for everybody else. */
export function MemberRole({ member }: { member: Member }) {
  const me = usePrincipal()
  const change = useApiMutation(contracts.patchMember, {
    invalidates: [contracts.listMembers, contracts.getMe],
    onSuccess: ({ name, role }) => toast.success(`${name} is ${ROLE_WORDS[role].toLowerCase()} now`),
    onError: ({ message }) => toast.error(message),
  })
  if (!member.may.change || !me) {
    return (
      <Tooltip content={explainRole(member.role)}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what the role may do is one focus away, for the keyboard too */}
        <span tabIndex={0} className="inline-flex rounded-md">
          <Badge tone={member.role === 'owner' ? 'primary' : 'neutral'}>{ROLE_WORDS[member.role]}</Badge>
        </span>
      </Tooltip>
    )
  }
  return (
    <Select
      value={change.isPending ? change.variables?.body.role : member.role}
      disabled={change.isPending}
      onValueChange={(role) => {
        // Only roles are offered.
        change.mutate({ params: { user_id: member.user_id }, body: { role: role as Role } })
      }}
    >
      <SelectTrigger aria-label={`Role of ${member.name}`} className="w-28">
        <SelectValue />
      </SelectTrigger>
      <SelectContent>
        {grantableRoles(me.role).map((role) => (
          <SelectItem key={role} value={role}>
            {ROLE_WORDS[role]}
          </SelectItem>
        ))}
      </SelectContent>
    </Select>
  )
}

'use client'

import { usePrincipal } from '@/components/shell/use-principal'
import { ConfirmDialog } from '@/components/ui/alert-dialog'
import { toast } from '@/components/ui/toast'
import { useApiMutation } from '@/lib/api/client/query'
import type { Member } from '@/lib/api/contracts/members'
import { contracts } from '@/lib/api/contracts/routes'

/** Asks before a member goes. `member` undefined: closed. */
export function RemoveMemberDialog({ member, onClose }: { member: Member | undefined; onClose: () => void }) {
  const me = usePrincipal()
  const isSelf = member?.user_id === me?.id
  const remove = useApiMutation(contracts.deleteMember, {
    invalidates: isSelf ? [] : [contracts.listMembers],
    onSuccess: () => {
      // Whoever left goes on in another team, or to sign in: nothing of this team stays in memory.
      if (isSelf) return window.location.assign('/')
      toast.success(`${member?.name ?? 'The member'} is removed`, {
        description: 'They are signed out within seconds.',
      })
      onClose()
    },
  })
  return (
    <ConfirmDialog
      open={member !== undefined}
      onOpenChange={(open) => {
        if (open) return
        remove.reset()
        onClose()
      }}
      title={isSelf ? `Leave ${me?.team.name ?? 'the team'}?` : `Remove ${member?.name ?? ''}?`}
      description={
        isSelf
          ? 'Your API keys and connected apps in this team end at once. Runs that you started go on. Somebody has to invite you to come back.'
          : 'They are signed out of this team within seconds. Their API keys and connected apps end; runs that they started go on.'
      }
      confirmLabel={isSelf ? 'Leave the team' : 'Remove member'}
      destructive
      pending={remove.isPending}
      onConfirm={() => {
        if (member) remove.mutate({ params: { user_id: member.user_id } })
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

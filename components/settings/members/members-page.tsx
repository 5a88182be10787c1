'use client'

import { UserPlus } from 'lucide-react'
import { parseAsStringLiteral, useQueryState } from 'nuqs'
import { useState } from 'react'
import { PageBody, PageHeader } from '@/components/shell/page-header'
import { useMay, usePrincipal } from '@/components/shell/use-principal'
import { Button } from '@/components/ui/button'
import { useApiPages } from '@/lib/api/client/query'
import type { Member } from '@/lib/api/contracts/members'
import { contracts } from '@/lib/api/contracts/routes'
import { SettingsList } from '../settings-list'
import { InvitationsTable } from './invitations-table'
import { InviteDialog } from './invite-dialog'
import { MembersTable } from './members-table'
import { RemoveMemberDialog } from './remove-member-dialog'
import { ResetLinkDialog } from './reset-link-dialog'

/** Who is in the team, as what, and who is invited. */
export function MembersPage() {
  const me = usePrincipal()
  const members = useApiPages(contracts.listMembers, { query: { limit: 200 } })
  const mayManage = useMay('team:manage')
  const [dialog, setDialog] = useQueryState('dialog', parseAsStringLiteral(['invite']))
  const [removing, setRemoving] = useState<Member>()
  const [resetting, setResetting] = useState<Member>()
  return (
    <PageBody className="max-w-6xl">
      <PageHeader
        title="Members"
        description={`Who works in ${me?.team.name ?? 'this team'}, and what each of them may do.`}
        actions={
          mayManage ? (
            <Button variant="primary" onClick={() => void setDialog('invite')}>
              <UserPlus aria-hidden />
              Invite
            </Button>
          ) : undefined
        }
      />
      <SettingsList name="members" query={members}>
        {({ pages }) => (
          <>
            <MembersTable members={pages.flatMap(({ items }) => items)} onRemove={setRemoving} onReset={setResetting} />
            {members.hasNextPage ? (
              <Button
                className="self-center"
                pending={members.isFetchingNextPage}
                onClick={() => void members.fetchNextPage()}
              >
                Show more
              </Button>
            ) : null}
          </>
        )}
      </SettingsList>
      {mayManage ? <Invitations /> : null}
      <InviteDialog open={dialog === 'invite'} onOpenChange={(open) => void setDialog(open ? 'invite' : null)} />
      <RemoveMemberDialog member={removing} onClose={() => setRemoving(undefined)} />
      <ResetLinkDialog member={resetting} onClose={() => setResetting(undefined)} />
    </PageBody>
  )
}

function Invitations() {
  const invitations = useApiPages(contracts.listInvitations, { query: { limit: 100 } })
  const items = invitations.data?.pages.flatMap((page) => page.items) ?? []
  if (items.length === 0 && !invitations.error) return null
  return (
    <section aria-labelledby="invitations" className="grid gap-3">
      <h2 id="invitations" className="font-semibold text-base">
        Invitations that wait
      </h2>
      <SettingsList name="invitations" query={invitations}>
        {() => <InvitationsTable invitations={items} />}
      </SettingsList>
    </section>
  )
}

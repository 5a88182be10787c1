'use client'

import { Button } from '@/components/ui/button'
import { Dialog, DialogBody, DialogContent, DialogFooter, DialogHeader } from '@/components/ui/dialog'
import { useApiMutation } from '@/lib/api/client/query'
import type { Member } from '@/lib/api/contracts/members'
import { contracts } from '@/lib/api/contracts/routes'
import { OneTimeLink } from '../one-time-link'

/** Makes a link by which a member chooses a new password, when asked to; then shows it this once. `member` undefined: closed. */
export function ResetLinkDialog({ member, onClose }: { member: Member | undefined; onClose: () => void }) {
  const make = useApiMutation(contracts.createResetLink)
  function close() {
    make.reset()
    onClose()
  }
  const hold = (event: Event) => {
    if (make.data) event.preventDefault()
  }
  return (
    <Dialog open={member !== undefined} onOpenChange={(open) => (open ? undefined : close())}>
      <DialogContent hideClose={make.data !== undefined} onInteractOutside={hold} onEscapeKeyDown={hold}>
        <DialogHeader
          title={`A new password for ${member?.name ?? ''}`}
          description={
            make.data
              ? 'Send the link to the person yourself. It works once, for a day, and cannot be shown again.'
              : 'Makes a link by which they choose a new password. Using it signs them out everywhere else.'
          }
        />
        <DialogBody className="grid gap-3">
          {make.data ? <OneTimeLink link={make.data.link} /> : null}
          {make.error ? (
            <p role="alert" className="text-failure text-sm">
              {make.error.message}
            </p>
          ) : null}
        </DialogBody>
        <DialogFooter>
          {make.data ? (
            <Button onClick={close}>I have copied it</Button>
          ) : (
            <>
              <Button onClick={close}>Cancel</Button>
              <Button
                variant="primary"
                pending={make.isPending}
                onClick={() => {
                  if (member) make.mutate({ params: { user_id: member.user_id } })
                }}
              >
                Make the link
              </Button>
            </>
          )}
        </DialogFooter>
      </DialogContent>
    </Dialog>
  )
}

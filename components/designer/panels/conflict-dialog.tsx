'use client'

import { Button } from '@/components/ui/button'
import { copyText } from '@/components/ui/copy-text'
import { Dialog, DialogBody, DialogContent, DialogFooter, DialogHeader } from '@/components/ui/dialog'
import { Time } from '@/components/ui/time'
import { diffDefinitions } from '@/lib/workflow/diff'
import type { Theirs } from '../autosave/autosave'
import { useDesigner, useSaveStatus, useServices, useUi } from '../designer-context'
import { ChangeList } from './change-list'

/** Somebody else saved in between: who, what differs, and what to keep. Closing it decides nothing and loses nothing. */
export function ConflictDialog() {
  const { ui } = useServices()
  const status = useSaveStatus()
  const closed = useUi((state) => state.conflictClosed)
  if (status.kind !== 'conflict') return null
  return (
    <Dialog open={!closed} onOpenChange={(open) => ui.getState().set({ conflictClosed: !open })}>
      <DialogContent size="lg">
        <ConflictBody theirs={status.theirs} />
      </DialogContent>
    </Dialog>
  )
}

function ConflictBody({ theirs }: { theirs: Theirs }) {
  const { autosave, actions, show } = useServices()
  const mine = useDesigner((state) => state.definition)
  const who = theirs.savedBy ?? 'Somebody else'
  const changes = diffDefinitions(theirs.definition, mine)
  const copy = async () => {
    const done = await copyText(JSON.stringify(mine, null, 2))
    actions.notify(
      done ? 'Your version is on the clipboard.' : 'The browser does not let this page copy.',
      done ? 'info' : 'error',
    )
  }
  return (
    <>
      <DialogHeader
        title={`${who} saved this workflow too`}
        description={
          <>
            <Time value={theirs.savedAt} />, after you began. Nothing of yours is lost: decide what the draft should be.
          </>
        }
      />
      <DialogBody className="grid gap-2">
        <h3 className="font-medium text-sm">How yours differs from theirs</h3>
        {changes.length === 0 ? (
          <p className="text-muted-foreground text-sm">
            The steps are the same; only the name or the description differ.
          </p>
        ) : (
          <ChangeList changes={changes} />
        )}
      </DialogBody>
      <DialogFooter>
        <Button className="mr-auto" onClick={() => void copy()}>
          Copy mine as JSON
        </Button>
        <Button
          onClick={() => {
            autosave.takeTheirs()
            show({ definition: theirs.definition, draft_revision: theirs.revision }, 'Take theirs')
            actions.notify(`You see the draft of ${who}. Undo brings yours back.`)
          }}
        >
          Take theirs
        </Button>
        <Button
          variant="primary"
          onClick={() => void autosave.keepMine().catch((error: Error) => actions.notify(error.message, 'error'))}
        >
          Keep mine
        </Button>
      </DialogFooter>
    </>
  )
}

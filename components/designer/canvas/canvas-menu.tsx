'use client'

import { Fragment } from 'react'
import { useModKey } from '@/components/shell/use-mod-key'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuShortcut,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { type DesignerAction, isEnabled } from '../actions/action'
import { layoutAction } from '../actions/arrange-actions'
import {
  addInsideAction,
  dissolveAction,
  moveIntoAction,
  takeOutAction,
  wrapForEachAction,
  wrapWhileAction,
} from '../actions/container-actions'
import {
  copyAction,
  cutAction,
  deleteAction,
  disableAction,
  duplicateAction,
  pasteAction,
  selectAllAction,
} from '../actions/edit-actions'
import { keysOf } from '../actions/shortcut'
import { addAction, addAfterAction, connectAction, inspectAction, renameAction } from '../actions/step-actions'
import { fitAction, minimapAction, snapAction, zoomSelectionAction } from '../actions/view-actions'
import { useAct, useServices } from '../designer-context'

export interface MenuPlace {
  clientX: number
  clientY: number
  on: 'canvas' | 'selection'
}

const groups: Record<MenuPlace['on'], DesignerAction[][]> = {
  canvas: [
    [addAction, pasteAction],
    [selectAllAction, layoutAction],
    [fitAction, minimapAction, snapAction],
  ],
  selection: [
    [inspectAction, renameAction, addAfterAction, connectAction],
    [addInsideAction, wrapForEachAction, wrapWhileAction, moveIntoAction, takeOutAction, dissolveAction],
    [cutAction, copyAction, duplicateAction],
    [disableAction, layoutAction, zoomSelectionAction],
    [deleteAction],
  ],
}

/** What can be done with what was clicked. */
export function CanvasMenu({ place, onClose }: { place: MenuPlace | null; onClose: () => void }) {
  const { actions } = useServices()
  const act = useAct()
  const modKey = useModKey()
  if (place === null) return null
  const shown = groups[place.on]
    .map((group) => group.filter((action) => isEnabled(action, actions)))
    .filter((group) => group.length > 0)
  return (
    <DropdownMenu open onOpenChange={(open) => (open ? undefined : onClose())} modal={false}>
      <DropdownMenuTrigger asChild>
        <span aria-hidden className="fixed size-0" style={{ left: place.clientX, top: place.clientY }} />
      </DropdownMenuTrigger>
      <DropdownMenuContent
        align="start"
        sideOffset={2}
        className="min-w-56"
        onCloseAutoFocus={(event) => event.preventDefault()}
      >
        {shown.map((group, i) => (
          <Fragment key={group[0]?.id}>
            {i > 0 ? <DropdownMenuSeparator /> : null}
            {group.map((action) => (
              <DropdownMenuItem
                key={action.id}
                destructive={action === deleteAction}
                onSelect={() => {
                  onClose()
                  act(action)
                }}
              >
                {action.label}
                {action.shortcuts?.[0] === undefined ? null : (
                  <DropdownMenuShortcut>{keysOf(action.shortcuts[0], modKey).join(' ')}</DropdownMenuShortcut>
                )}
              </DropdownMenuItem>
            ))}
          </Fragment>
        ))}
      </DropdownMenuContent>
    </DropdownMenu>
  )
}

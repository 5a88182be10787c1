'use client'

import { Button } from '@/components/ui/button'
import { type DesignerAction, isEnabled } from '../actions/action'
import { arrangeActions, layoutAction } from '../actions/arrange-actions'
import { copyAction, deleteAction, disableAction, duplicateAction } from '../actions/edit-actions'
import { connectAction } from '../actions/step-actions'
import { useAct, useDesigner, useServices } from '../designer-context'

const listed: DesignerAction[] = [
  connectAction,
  duplicateAction,
  copyAction,
  disableAction,
  layoutAction,
  ...arrangeActions.filter((action) => /^(align|distribute)/.test(action.id)),
  deleteAction,
]

/** What can be done with several things at once. */
export function SeveralPanel() {
  const { actions } = useServices()
  const act = useAct()
  const { nodes, edges } = useDesigner((state) => state.selection)
  const said = [
    nodes.length === 0 ? '' : nodes.length === 1 ? '1 step' : `${nodes.length} steps`,
    edges.length === 0 ? '' : edges.length === 1 ? '1 connection' : `${edges.length} connections`,
  ].filter(Boolean)
  return (
    <div className="grid gap-4 px-4 pt-4">
      <h2 className="font-semibold text-base">{said.join(' and ')} selected</h2>
      <div className="grid grid-cols-2 gap-2">
        {listed
          .filter((action) => isEnabled(action, actions))
          .map((action) => (
            <Button key={action.id} size="sm" className="justify-start truncate" onClick={() => act(action)}>
              {action.label}
            </Button>
          ))}
      </div>
    </div>
  )
}

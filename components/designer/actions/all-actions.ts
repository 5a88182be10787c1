import type { DesignerAction } from './action'
import { arrangeActions } from './arrange-actions'
import { containerActions } from './container-actions'
import { editActions } from './edit-actions'
import { stepActions } from './step-actions'
import { viewActions } from './view-actions'
import { workflowActions } from './workflow-actions'

/** Everything that can be done in the designer, in the order of the shortcut sheet. */
export const designerActions: readonly DesignerAction[] = [
  ...workflowActions,
  ...editActions,
  ...stepActions,
  ...containerActions,
  ...arrangeActions,
  ...viewActions,
]

import type { ActionContext, DesignerAction } from './action'

/** An action that only concerns what is seen: always allowed, never in the history. */
function view(
  id: string,
  label: string,
  shortcuts: readonly string[],
  act: (context: ActionContext) => void,
  active?: (context: ActionContext) => boolean,
): DesignerAction {
  return {
    id,
    label,
    group: 'View',
    shortcuts,
    readable: true,
    enabled: () => true,
    active,
    perform: (context) => {
      act(context)
      return undefined
    },
  }
}

export const fitAction = view('fit', 'Fit the workflow', ['shift+1'], ({ canvas }) => canvas.fit())
export const zoomInAction = view('zoom-in', 'Zoom in', ['mod+='], ({ canvas }) => canvas.zoomIn())
export const zoomOutAction = view('zoom-out', 'Zoom out', ['mod+-'], ({ canvas }) => canvas.zoomOut())
export const zoomResetAction = view('zoom-100', 'Zoom to 100 %', ['mod+0'], ({ canvas }) => canvas.zoomTo(1))

export const zoomSelectionAction: DesignerAction = {
  ...view('fit-selection', 'Fit the selection', ['shift+2'], (context) =>
    context.canvas.fit(context.document().selection.nodes),
  ),
  enabled: (context) => context.document().selection.nodes.length > 0,
}

export const minimapAction = view(
  'minimap',
  'Show the map',
  ['m'],
  ({ ui }) => ui().set({ minimap: !ui().minimap }),
  ({ ui }) => ui().minimap,
)
export const snapAction = view(
  'snap',
  'Snap to the grid',
  ['shift+g'],
  ({ ui }) => ui().set({ snap: !ui().snap }),
  ({ ui }) => ui().snap,
)
export const paletteAction = view(
  'palette',
  'Show the palette',
  ['p'],
  ({ ui }) => ui().set({ palette: !ui().palette }),
  ({ ui }) => ui().palette,
)
export const inspectorAction = view(
  'inspector',
  'Show the inspector',
  [']'],
  ({ ui }) => ui().set({ inspector: !ui().inspector }),
  ({ ui }) => ui().inspector,
)
export const problemsAction = view(
  'problems',
  'Show the problems',
  ['shift+p'],
  ({ ui }) => ui().set({ problems: !ui().problems }),
  ({ ui }) => ui().problems,
)
export const findAction = view('find', 'Find in the workflow', ['mod+f'], ({ ui }) => ui().set({ find: true }))
export const jsonAction = view('json', 'Show as JSON', ['shift+j'], ({ ui }) =>
  ui().set({ inspector: true, tab: 'json' }),
)
export const settingsAction = view('settings', 'Workflow settings', ['shift+s'], ({ ui }) =>
  ui().set({ inspector: true, tab: 'workflow' }),
)
export const shortcutsAction = view('shortcuts', 'Keyboard shortcuts', ['?'], ({ ui }) =>
  ui().set({ dialog: 'shortcuts' }),
)

export const viewActions = [
  fitAction,
  zoomSelectionAction,
  zoomInAction,
  zoomOutAction,
  zoomResetAction,
  minimapAction,
  snapAction,
  paletteAction,
  inspectorAction,
  problemsAction,
  findAction,
  jsonAction,
  settingsAction,
  shortcutsAction,
]

import type { DesignerAction } from './action'

export const saveAction: DesignerAction = {
  id: 'save',
  label: 'Save now',
  group: 'Workflow',
  shortcuts: ['mod+s'],
  enabled: () => true,
  perform: async (context) => {
    await context.save()
    return undefined
  },
}

export const runWorkflowAction: DesignerAction = {
  id: 'run',
  label: 'Run',
  group: 'Workflow',
  shortcuts: ['mod+enter'],
  readable: true,
  enabled: () => true,
  perform: async (context) => {
    // A run reads the draft that the server has: what is on the screen has to be there first.
    if (!context.document().readOnly) await context.save()
    context.ui().set({ dialog: 'run' })
    return undefined
  },
}

export const publishAction: DesignerAction = {
  id: 'publish',
  label: 'Publish…',
  group: 'Workflow',
  shortcuts: ['mod+shift+enter'],
  enabled: () => true,
  perform: (context) => {
    context.ui().set({ dialog: 'publish' })
    return undefined
  },
}

export const versionsAction: DesignerAction = {
  id: 'versions',
  label: 'Version history',
  group: 'Workflow',
  shortcuts: ['shift+h'],
  readable: true,
  enabled: () => true,
  perform: (context) => {
    context.ui().set({ dialog: 'versions' })
    return undefined
  },
}

export const workflowActions = [saveAction, runWorkflowAction, publishAction, versionsAction]

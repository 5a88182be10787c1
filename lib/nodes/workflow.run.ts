import { newId } from '../ids'
import type { Runner } from './runner'
import type { WorkflowConfig } from './workflow'

export const runWorkflow: Runner<WorkflowConfig> = async ({ config }) => ({
  type: 'wait',
  kind: 'child',
  request: {
    workflowId: config.workflowId,
    ...(config.version === undefined ? {} : { version: config.version }),
    input: config.input,
    runId: newId(),
  },
})

import type { ApprovalConfig } from './approval'
import { dueAt } from './due-at'
import type { Runner } from './runner'

export const runApproval: Runner<ApprovalConfig> = async ({ config }) => ({
  type: 'wait',
  kind: 'approval',
  request: {
    title: config.title,
    instructions: config.instructions ?? '',
    shown: config.show ?? null,
    approvers: config.approvers ?? [],
    ...(config.form ? { form: config.form } : {}),
  },
  ...dueAt(config.dueInSeconds),
})

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
    policy: {
      mode: config.mode,
      quorum: config.quorum ?? 1,
      rejections: config.rejections ?? 1,
      allowSelfApproval: config.allowSelfApproval,
    },
    onDue: {
      action: config.onDue,
      to: config.escalateTo ?? [],
      seconds: config.escalateDueInSeconds ?? config.dueInSeconds ?? 0,
    },
    ...(config.form ? { form: config.form } : {}),
  },
  ...dueAt(config.dueInSeconds),
})

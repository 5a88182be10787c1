import { z } from 'zod'
import { APPROVAL_MODES, isRole, peopleNamed } from '../engine/approval-policy'
import { hasPlaceholder } from '../engine/template-parse'
import { DUE_ACTIONS } from '../engine/waits'
import { jsonSchemaField, numberField, textField } from './fields'
import type { NodeType } from './node-type'
import { preview } from './preview'

const MAX_DUE_SECONDS = 90 * 24 * 3_600
const MAX_APPROVERS = 50

const people = z.array(z.string().min(1)).max(MAX_APPROVERS)
const count = z.number().int('a whole number').min(1).max(MAX_APPROVERS)

const approvalConfig = z
  .strictObject({
    title: textField(z.string().min(1, 'say what is to be decided').max(200)).meta({
      title: 'Title',
      description: 'What is to be decided, in one line.',
      control: 'text',
      placeholder: 'Publish the bulletin?',
    }),
    instructions: textField(z.string().max(4_000)).optional().meta({
      title: 'Instructions',
      description: 'What the person should look at.',
      control: 'textarea',
      placeholder: 'Check the names and the numbers.',
    }),
    show: z.unknown().optional().meta({
      title: 'Show',
      description: 'The value under review. Exactly this is shown, and its hash is kept with the decision.',
      control: 'json',
      placeholder: '{{ nodes.Draft.output }}',
    }),
    approvers: people.optional().meta({
      title: 'Approvers',
      description: 'E-mail addresses, or roles as role:approver. Empty: everybody whose role may decide.',
      control: 'list',
    }),
    mode: z.enum(APPROVAL_MODES).default('any').meta({
      title: 'Who must approve',
      description:
        'Any: as many of them as the quorum says. Everyone: each person named. In order: one person for each name or role, one after another.',
      control: 'select',
    }),
    quorum: numberField(count).optional().meta({
      title: 'Quorum',
      description: 'How many different people must approve. Empty: 1.',
      control: 'number',
    }),
    rejections: numberField(count).optional().meta({
      title: 'Rejections',
      description: 'How many different people must reject. Empty: 1, so that each has a veto.',
      control: 'number',
    }),
    allowSelfApproval: z.boolean().default(true).meta({
      title: 'Allow self-approval',
      description: 'Off: whoever started the run may not decide.',
      control: 'switch',
    }),
    form: jsonSchemaField.optional().meta({
      title: 'Form',
      description: 'Fields that the person may edit before approving; they begin with what is shown.',
      control: 'json-schema',
      raw: true,
    }),
    dueInSeconds: numberField(z.number().min(1).max(MAX_DUE_SECONDS)).optional().meta({
      title: 'Due in seconds',
      description: 'How long there is to decide. Empty: no end.',
      control: 'number',
    }),
    onDue: z.enum(DUE_ACTIONS).default('branch').meta({
      title: 'When it is due',
      description:
        'Branch: the path goes on at "timedOut". Reject, fail, approve: it ends so. Escalate: others decide.',
      control: 'select',
    }),
    escalateTo: people.optional().meta({
      title: 'Escalate to',
      description: 'To escalate: e-mail addresses or roles of which one person decides then.',
      control: 'list',
    }),
    escalateDueInSeconds: numberField(z.number().min(1).max(MAX_DUE_SECONDS)).optional().meta({
      title: 'Due again in seconds',
      description: 'To escalate: how long they have, then "timedOut". Empty: as long as the first.',
      control: 'number',
    }),
  })
  .superRefine((config, context) => {
    const refuse = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message })
    refuseMode(config, refuse)
    refuseQuorum(config, refuse)
    refuseDue(config, refuse)
  })
export type ApprovalConfig = z.infer<typeof approvalConfig>

type Refuse = (field: string, message: string) => void

function refuseMode({ mode, approvers = [], quorum }: ApprovalConfig, refuse: Refuse): void {
  if (mode === 'any') return
  if (approvers.length === 0) refuse('approvers', `name who must approve: "${mode}" is about the people named here`)
  if (mode === 'everyone' && approvers.some(isRole)) {
    refuse('approvers', 'name people by their e-mail address: with "everyone" a role does not say how many they are')
  }
  const emails = approvers.filter((approver) => !isRole(approver)).map((approver) => approver.toLowerCase())
  if (mode === 'inOrder' && new Set(emails).size < emails.length) {
    refuse('approvers', 'name nobody twice: a person decides once')
  }
  if (quorum !== undefined) refuse('quorum', `leave it empty: with "${mode}" those who are named must all approve`)
}

function refuseQuorum(config: ApprovalConfig, refuse: Refuse): void {
  const { approvers = [], quorum = 1, mode } = config
  const named = approvers.some(hasPlaceholder) ? Number.POSITIVE_INFINITY : peopleNamed({ approvers })
  if (mode === 'any' && quorum > named) {
    refuse('quorum', `${quorum} people must approve and ${named} ${named === 1 ? 'is' : 'are'} named in Approvers`)
  }
  if (config.form && (quorum > 1 || (mode !== 'any' && approvers.length > 1))) {
    refuse('form', 'only an approval by one person has a form: several would approve different things')
  }
}

function refuseDue(config: ApprovalConfig, refuse: Refuse): void {
  const { onDue, dueInSeconds, escalateTo = [] } = config
  if (onDue !== 'branch' && dueInSeconds === undefined) {
    refuse('dueInSeconds', `say when it is due: "${onDue}" happens then`)
  }
  if (onDue === 'escalate') {
    if (escalateTo.length === 0) refuse('escalateTo', 'say who decides when it is due')
    return
  }
  for (const field of ['escalateTo', 'escalateDueInSeconds'] as const) {
    if (config[field] !== undefined) refuse(field, 'leave it empty, or choose "escalate" when it is due')
  }
}

/** A human decides. Without an edge at `rejected`, a rejection cancels the run. */
export const approvalNode = {
  type: 'approval',
  title: 'Approval',
  description: 'Waits until people approve or reject what is shown.',
  icon: 'stamp',
  category: 'human',
  config: approvalConfig,
  defaults: { title: 'Approve?' },
  ports: ({ onDue = 'branch' }) => [
    { name: 'approved', label: 'Approved' },
    { name: 'rejected', label: 'Rejected' },
    // What is decided by the due time itself goes on as a decision, or fails.
    ...(onDue === 'branch' || onDue === 'escalate' ? [{ name: 'timedOut', label: 'Timed out' }] : []),
  ],
  summary: (config) => preview(config.title),
  kind: 'wait',
} satisfies NodeType<ApprovalConfig>

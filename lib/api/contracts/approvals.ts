import { z } from 'zod'
import { APPROVAL_MODES } from '../../engine/approval-policy'
import { DUE_ACTIONS } from '../../engine/waits'
import type { ErrorCode } from '../../errors'
import { idSchema, jsonValueSchema, pageOf, pageQuerySchema, textSchema, timestampSchema } from './common'
import { contract } from './contract'

export const decideBodySchema = z
  .strictObject({
    comment: textSchema({ max: 4_000 }).optional(),
    data: jsonValueSchema.optional().meta({ description: 'The edited form; absent: what was shown.' }),
    shown_hash: z
      .string()
      .optional()
      .meta({ description: 'Hash of what you saw, from the open wait. When it differs from what stands now: 409.' }),
    path: z.array(z.string()).optional().meta({ description: 'Which of several, when the node waits more than once.' }),
  })
  .meta({ id: 'Decide' })

/** What one person said. */
export const decisionSchema = z
  .object({
    run_id: idSchema,
    node_id: z.string(),
    path: z.array(z.string()),
    decision: z.enum(['approved', 'rejected']),
    decided_by: z.string(),
    decided_at: timestampSchema,
    comment: z.string().nullable(),
    shown_hash: z.string(),
    already_decided: z.boolean().meta({ description: 'It stood before this request.' }),
  })
  .meta({ id: 'Decision', description: 'What one person said about an approval.' })
export type Decision = z.infer<typeof decisionSchema>

export const quorumSchema = z
  .object({
    needed: z.int().meta({ description: 'How many different people must approve.' }),
    so_far: z.int().meta({ description: 'Approvals that count: of people who may decide now.' }),
    rejections_needed: z.int(),
    rejections: z.int(),
  })
  .meta({ id: 'Quorum' })
export type Quorum = z.infer<typeof quorumSchema>

export const decidedSchema = decisionSchema
  .extend({
    outcome: z.enum(['approved', 'rejected']).nullable().meta({
      description: 'How the approval is decided; null: it is still open, and `quorum` says what is missing.',
    }),
    quorum: quorumSchema,
  })
  .meta({ id: 'Decided', description: 'What you said, and what came of it.' })
export type Decided = z.infer<typeof decidedSchema>

export const approvalStandSchema = z
  .object({
    approvers: z.array(z.string()).meta({
      description: 'E-mail addresses, or roles as `role:approver`; empty: everybody whose role may decide.',
    }),
    mode: z.enum(APPROVAL_MODES),
    turn: z.string().nullable().meta({ description: 'With `inOrder`: whose turn it is.' }),
    on_due: z.enum(DUE_ACTIONS).meta({ description: 'What happens when it is due and nobody has decided.' }),
    escalated_from: z.array(z.string()).nullable().meta({ description: 'Who had let the due time pass.' }),
    quorum: quorumSchema,
    decisions: z.array(decisionSchema.extend({ counts: z.boolean() })).meta({
      description:
        'What people said, in order. `counts` false: whoever said it is no member any more, or may not decide any more.',
    }),
    my_vote: decisionSchema.nullable().meta({ description: 'What you said.' }),
    refusal: z.string().nullable().meta({ description: 'Why you may not decide now; null: you may, or you have.' }),
  })
  .meta({ id: 'ApprovalStand', description: 'Who may decide an approval, and what was said so far.' })
export type ApprovalStand = z.infer<typeof approvalStandSchema>

export const approvalSchema = approvalStandSchema
  .extend({
    id: idSchema,
    run_id: idSchema,
    workflow_id: idSchema,
    workflow_name: z.string(),
    node_id: z.string(),
    path: z.array(z.string()),
    title: z.string(),
    instructions: z.string(),
    shown: jsonValueSchema,
    shown_hash: z.string(),
    schema: z.record(z.string(), z.unknown()).nullable(),
    run_by: z.string(),
    status: z.enum(['open', 'resolved', 'cancelled']),
    outcome: z.enum(['approved', 'rejected']).nullable().meta({
      description: 'How it was decided; null: it is open, or was closed without a decision.',
    }),
    due_at: timestampSchema.nullable(),
    created_at: timestampSchema,
  })
  .meta({ id: 'Approval' })
export type Approval = z.infer<typeof approvalSchema>

const DECIDE_ERRORS: ErrorCode[] = ['already_decided', 'approval_changed', 'not_your_turn', 'run_ended']

const decide = {
  method: 'POST',
  permission: 'approval:decide',
  tag: 'Approvals',
  body: decideBodySchema,
  bodyOptional: true,
  response: decidedSchema,
  errors: DECIDE_ERRORS,
} as const

export const approvalContracts = {
  listApprovals: contract({
    id: 'listApprovals',
    method: 'GET',
    path: '/approvals',
    permission: 'approval:read',
    tag: 'Approvals',
    summary: 'What waits for a decision',
    query: pageQuerySchema.extend({ status: z.enum(['open', 'resolved', 'cancelled']).default('open') }),
    response: pageOf(approvalSchema),
  }),
  approve: contract({
    ...decide,
    id: 'approve',
    path: '/runs/{run_id}/nodes/{node_id}/approve',
    summary: 'Approve',
    example: { comment: 'Checked against the feed.' },
  }),
  reject: contract({
    ...decide,
    id: 'reject',
    path: '/runs/{run_id}/nodes/{node_id}/reject',
    summary: 'Reject',
    example: { comment: 'The magnitude is not confirmed.' },
  }),
}

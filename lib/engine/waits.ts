import { z } from 'zod'
import { type ApprovalPolicy, approvalPolicySchema } from './approval-policy'

/** What an open wait asks for: the `request` of a `waits` row, one shape per kind. */

/**
 * What the due time of an approval does. `branch`: the path goes on at `timedOut`, or fails where no edge leaves it; `fail`:
 * there is no such port. `escalate`: others decide, and once their time has passed it is as with `branch`.
 */
export const DUE_ACTIONS = ['branch', 'reject', 'fail', 'escalate', 'approve'] as const

const onDueSchema = z.object({
  action: z.enum(DUE_ACTIONS).default('branch'),
  /** With `escalate`: who decides then, and how long they have. */
  to: z.array(z.string()).default([]),
  seconds: z.number().default(0),
})

/** A human decides. `shown` is exactly what the person sees; its hash is bound to the decision. */
export const approvalRequestSchema = z.object({
  title: z.string(),
  instructions: z.string().default(''),
  /** The resolved value under review. */
  shown: z.unknown(),
  /** JSON Schema of the form the approver may edit; its initial values are `shown`. Absent: nothing to edit. */
  form: z.record(z.string(), z.unknown()).optional(),
  /** User e-mails or roles (`role:approver`) that may decide; empty: anybody whose role allows deciding. */
  approvers: z.array(z.string()).default([]),
  policy: approvalPolicySchema.prefault({}),
  onDue: onDueSchema.prefault({}),
  /** Who had let the due time pass, where this is asked of others since. */
  escalatedFrom: z.array(z.string()).optional(),
})
export type ApprovalRequest = z.infer<typeof approvalRequestSchema>

/** The policy of an approval in the run that this person started. */
export function policyOf({ approvers, policy }: ApprovalRequest, startedBy: string | null): ApprovalPolicy {
  return { ...policy, approvers, startedBy }
}

/** A person or program answers with data. */
export const inputRequestSchema = z.object({
  prompt: z.string(),
  /** JSON Schema of the expected data. */
  schema: z.record(z.string(), z.unknown()),
})
export type InputRequest = z.infer<typeof inputRequestSchema>

/** Time passes. */
export const timerRequestSchema = z.object({ until: z.string() })
export type TimerRequest = z.infer<typeof timerRequestSchema>

/** Another system calls a URL. */
export const callbackRequestSchema = z.object({})
export type CallbackRequest = z.infer<typeof callbackRequestSchema>

/** The run of another workflow ends. */
export const childRequestSchema = z.object({
  workflowId: z.string(),
  version: z.int().optional(),
  input: z.unknown(),
  /** The id that the run is made under: made once, however often it is asked for. */
  runId: z.string().default(''),
})
export type ChildRequest = z.infer<typeof childRequestSchema>

export type WaitRequest =
  | { kind: 'approval'; request: ApprovalRequest; dueAt?: string }
  | { kind: 'input'; request: InputRequest; dueAt?: string }
  | { kind: 'timer'; request: TimerRequest; dueAt: string }
  | { kind: 'callback'; request: CallbackRequest; dueAt?: string }
  | { kind: 'child'; request: ChildRequest; dueAt?: string }

/**
 * How a wait ended: the `outcome` of a `waits` row, and what the lease holder turns into an event.
 * `data` of an approval is the edited form (or what was shown), of an input the validated answer.
 */
export type WaitOutcome =
  | { kind: 'fired' }
  | { kind: 'input'; data: unknown }
  | { kind: 'callback'; data: unknown }
  /** The run ended; what it gave is read from it. */
  | { kind: 'child'; runId: string }
  /** It could not be started. */
  | { kind: 'refused'; runId: string; code: string; message: string }
  | {
      kind: 'decision'
      decision: 'approved' | 'rejected'
      comment?: string
      data?: unknown
      shownHash: string
      /** The votes that counted, the deciding one last. Absent: nobody voted, the due time decided. */
      votes?: CountedVote[]
    }

export interface CountedVote {
  by: string
  decision: 'approved' | 'rejected'
  comment: string | null
  at: string
}

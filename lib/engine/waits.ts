import { z } from 'zod'

/** What an open wait asks for: the `request` of a `waits` row, one shape per kind. */

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
})
export type ApprovalRequest = z.infer<typeof approvalRequestSchema>

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
  | { kind: 'decision'; decision: 'approved' | 'rejected'; comment?: string; data?: unknown; shownHash: string }

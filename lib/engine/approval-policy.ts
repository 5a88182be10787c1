import { z } from 'zod'

/**
 * Who may decide an approval, and when it is decided. Pure: who is a member at this moment and may decide, and what was
 * voted, come from outside, so that the same rule holds in the transaction of a vote, in the inbox and in the tests.
 */

export const APPROVAL_MODES = ['any', 'everyone', 'inOrder'] as const

export const approvalPolicySchema = z.object({
  /**
   * `any`: as many as the quorum, of those who may decide. `everyone`: every person who is named. `inOrder`: one person for
   * each name or role, one after another.
   */
  mode: z.enum(APPROVAL_MODES).default('any'),
  /** How many different people must approve, with `any`. */
  quorum: z.int().min(1).default(1),
  /** How many different people must reject. */
  rejections: z.int().min(1).default(1),
  /** False: whoever started the run may not decide. */
  allowSelfApproval: z.boolean().default(true),
})

export interface ApprovalPolicy extends z.infer<typeof approvalPolicySchema> {
  /** E-mail addresses, or roles as `role:approver`; empty: everybody whose role may decide. */
  approvers: readonly string[]
  /** Who started the run, where a person stands behind it. */
  startedBy: string | null
}

/** A member of the team, at this moment, whose role may decide. */
export interface Voter {
  userId: string
  email: string
  role: string
}

/** What one person said. `voter` null: they are not a member any more, or may not decide any more. */
export interface Vote {
  userId: string
  decision: 'approved' | 'rejected'
  voter: Voter | null
}

export interface Tally<V extends Vote = Vote> {
  state: 'open' | 'approved' | 'rejected'
  approvals: number
  approvalsNeeded: number
  rejections: number
  rejectionsNeeded: number
  /** The votes that count, one for each person, in their order. */
  counted: V[]
}

/** Counts distinct people who may decide now; whatever anybody else said is on record and counts for nothing. */
export function tally<V extends Vote>(policy: ApprovalPolicy, votes: readonly V[]): Tally<V> {
  const byPerson = new Map<string, V>()
  for (const vote of votes) {
    const { voter } = vote
    if (voter && isNamed(policy, voter) && !isBarred(policy, voter) && !byPerson.has(vote.userId))
      byPerson.set(vote.userId, vote)
  }
  const counted = [...byPerson.values()]
  const rejecting = counted.filter(({ decision }) => decision === 'rejected')
  const approving = counted.filter(({ decision }) => decision === 'approved')
  const approvals = policy.mode === 'inOrder' ? stepsDone(policy, approving) : approving.length
  const approvalsNeeded = neededOf(policy)
  // Whoever rejected cannot approve any more: when too few are left who could, nothing but a rejection can come of it.
  const spare = peopleNamed(policy) - approvalsNeeded
  const rejectionsNeeded = Math.max(1, Math.min(policy.rejections, spare + 1))
  const rejections = rejecting.length
  const state = rejections >= rejectionsNeeded ? 'rejected' : approvals >= approvalsNeeded ? 'approved' : 'open'
  return { state, approvals, approvalsNeeded, rejections, rejectionsNeeded, counted }
}

export interface Refusal {
  code: 'not_allowed' | 'self_approval' | 'not_named' | 'not_your_turn'
  /** One sentence, for the person. */
  message: string
}

/** Why somebody who has not voted yet may not do so now; null: they may. */
export function whyNotVote(policy: ApprovalPolicy, votes: readonly Vote[], voter: Voter | null): Refusal | null {
  if (!voter) return { code: 'not_allowed', message: 'Your role may read approvals but not decide them.' }
  if (!isNamed(policy, voter)) {
    return { code: 'not_named', message: `This approval is for ${policy.approvers.join(', ')}.` }
  }
  if (isBarred(policy, voter)) {
    return { code: 'self_approval', message: 'You started this run: somebody else has to decide.' }
  }
  const turn = turnOf(policy, votes)
  if (turn !== undefined && !matches(turn, voter)) {
    return { code: 'not_your_turn', message: `It is not your turn: ${turn} decides first.` }
  }
  return null
}

/** Whose turn it is, with `inOrder`: a name or a role. */
export function turnOf(policy: ApprovalPolicy, votes: readonly Vote[]): string | undefined {
  if (policy.mode !== 'inOrder') return undefined
  const { counted } = tally(policy, votes)
  const approving = counted.filter(({ decision }) => decision === 'approved')
  return policy.approvers[stepsDone(policy, approving)]
}

/** How many different people are named; infinite when a role is among the names, or nobody is named. */
export function peopleNamed({ approvers }: Pick<ApprovalPolicy, 'approvers'>): number {
  if (approvers.length === 0 || approvers.some(isRole)) return Number.POSITIVE_INFINITY
  return new Set(approvers.map(normal)).size
}

export function isRole(approver: string): boolean {
  return approver.startsWith('role:')
}

function neededOf(policy: ApprovalPolicy): number {
  if (policy.mode === 'inOrder') return policy.approvers.length
  return policy.mode === 'everyone' ? peopleNamed(policy) : policy.quorum
}

/** How many names, from the first on, have an approval of a person of their own. */
function stepsDone(policy: ApprovalPolicy, approving: readonly Vote[]): number {
  const left = [...approving]
  const missing = policy.approvers.findIndex((approver) => {
    const index = left.findIndex(({ voter }) => voter && matches(approver, voter))
    if (index < 0) return true
    left.splice(index, 1)
    return false
  })
  return missing < 0 ? policy.approvers.length : missing
}

function isNamed({ approvers }: ApprovalPolicy, voter: Voter): boolean {
  return approvers.length === 0 || approvers.some((approver) => matches(approver, voter))
}

function isBarred(policy: ApprovalPolicy, voter: Voter): boolean {
  return !policy.allowSelfApproval && voter.userId === policy.startedBy
}

function matches(approver: string, voter: Voter): boolean {
  return isRole(approver) ? approver === `role:${voter.role}` : normal(approver) === normal(voter.email)
}

function normal(email: string): string {
  return email.trim().toLowerCase()
}

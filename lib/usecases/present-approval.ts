import type { ApprovalStand, Decision, Quorum } from '../api/contracts/approvals'
import { PERMISSIONS } from '../auth/permissions'
import type { Principal } from '../auth/principal'
import { type Ballot, readBallots, readVoter, type VoteRow } from '../db/approval-votes'
import { type Tally, tally, turnOf, type Voter, whyNotVote } from '../engine/approval-policy'
import { type ApprovalRequest, approvalRequestSchema, policyOf, type WaitOutcome } from '../engine/waits'
import type { Id } from '../ids'

/** Roles whose votes count. */
export const DECIDERS: readonly string[] = PERMISSIONS['approval:decide'].roles

/** What is needed of a wait to say how it stands. */
export interface AskedApproval {
  id: Id
  runId: Id
  nodeId: string
  path: string[]
  request: unknown
  outcome: WaitOutcome | null
}

/** How each of these approvals stands, as this caller sees it. */
export async function standsOf(
  principal: Principal,
  approvals: readonly AskedApproval[],
): Promise<Map<Id, ApprovalStand>> {
  if (approvals.length === 0) return new Map()
  const [ballots, voter] = await Promise.all([
    readBallots(
      approvals.map(({ id }) => id),
      DECIDERS,
    ),
    readVoter(principal.team.id, principal.userId, DECIDERS),
  ])
  return new Map(
    approvals.map((approval) => [
      approval.id,
      standOf(approval, ballots.get(approval.id) ?? { startedBy: null, votes: [] }, principal, voter),
    ]),
  )
}

function standOf(
  approval: AskedApproval,
  { startedBy, votes }: Ballot,
  principal: Principal,
  voter: Voter | null,
): ApprovalStand {
  const request = approvalRequestSchema.parse(approval.request)
  const policy = policyOf(request, startedBy)
  const counts = tally(policy, votes)
  const isOpen = approval.outcome === null
  const own = votes.find((vote) => vote.userId === principal.userId)
  const refusal = isOpen && !own ? whyNotVote(policy, votes, voter) : null
  return {
    approvers: request.approvers,
    mode: policy.mode,
    turn: isOpen ? (turnOf(policy, votes) ?? null) : null,
    on_due: request.onDue.action,
    escalated_from: request.escalatedFrom ?? null,
    quorum: quorumOf(counts, approval.outcome),
    decisions: votes.map((vote) => ({
      ...presentVote(approval, vote),
      counts: isOpen ? counts.counted.includes(vote) : countedThen(vote, approval.outcome),
    })),
    my_vote: own ? presentVote(approval, own) : null,
    refusal: refusal?.message ?? null,
  }
}

/** Once decided, as it was counted then: who leaves the team later changes nothing of that. */
export function quorumOf(counts: Tally, outcome: WaitOutcome | null): Quorum {
  const decided = outcome?.kind === 'decision' ? outcome.votes : undefined
  const said = (decision: 'approved' | 'rejected') => decided?.filter((vote) => vote.decision === decision).length
  return {
    needed: counts.approvalsNeeded,
    so_far: said('approved') ?? counts.approvals,
    rejections_needed: counts.rejectionsNeeded,
    rejections: said('rejected') ?? counts.rejections,
  }
}

/** How it was decided, by people or by its due time; null: it was not. */
export function outcomeOf({ onDue }: ApprovalRequest, outcome: WaitOutcome | null): 'approved' | 'rejected' | null {
  if (outcome?.kind === 'decision') return outcome.decision
  if (outcome?.kind !== 'fired') return null
  return onDue.action === 'approve' ? 'approved' : onDue.action === 'reject' ? 'rejected' : null
}

function countedThen(vote: VoteRow, outcome: WaitOutcome | null): boolean {
  if (outcome?.kind !== 'decision') return false
  return outcome.votes?.some(({ by, at }) => by === vote.by && Date.parse(at) === vote.at.getTime()) ?? true
}

export function presentVote(approval: Pick<AskedApproval, 'runId' | 'nodeId' | 'path'>, vote: VoteRow): Decision {
  return {
    run_id: approval.runId,
    node_id: approval.nodeId,
    path: approval.path,
    decision: vote.decision,
    decided_by: vote.by,
    decided_at: vote.at.toISOString(),
    comment: vote.comment,
    shown_hash: vote.shownHash,
    already_decided: true,
  }
}

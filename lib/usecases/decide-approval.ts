import type { Decided } from '../api/contracts/approvals'
import { requirePermission } from '../auth/authorize'
import type { Principal } from '../auth/principal'
import { castVote, readBallots, type VoteRow } from '../db/approval-votes'
import { auditBy } from '../db/audit'
import { readRunPulse } from '../db/run-pulse'
import { readHumanWaits, type WaitRow } from '../db/waits'
import { type Refusal, tally } from '../engine/approval-policy'
import { isTerminal } from '../engine/events'
import { type ApprovalRequest, approvalRequestSchema, policyOf } from '../engine/waits'
import { AppError } from '../errors'
import type { Id } from '../ids'
import { checkInputs } from '../workflow/inputs'
import { actorOf } from './actor-of'
import { DECIDERS, presentVote, quorumOf } from './present-approval'

export interface DecideApproval {
  principal: Principal
  runId: Id
  nodeId: string
  /** Which of several, when the node waits more than once. */
  path?: string[]
  decision: 'approved' | 'rejected'
  comment?: string
  /** The edited form; absent: what was shown. */
  data?: unknown
  /** Hash of what the person saw. */
  shownHash?: string
}

/**
 * Says what this person thinks of an open approval, and decides it when that is what its policy waits for. One vote stands
 * for each person and one decision for each approval: the same again answers what stands, unchanged; anything else throws
 * `already_decided` with it. `approval_changed`: what is shown is not what was seen. `not_your_turn`: somebody else first.
 */
export async function decideApproval(options: DecideApproval): Promise<Decided> {
  const { principal, runId, decision } = options
  requirePermission(principal, 'approval:decide')
  const waits = await readHumanWaits(runId)
  const teamId = waits[0]?.teamId ?? (await readRunPulse(runId)).teamId
  if (teamId !== principal.team.id) throw new AppError('not_found', 'There is no such run.')
  const wait = pickWait(waits, options)
  if (wait.state !== 'open') return standing(wait, options)
  if (isTerminal(wait.runStatus)) {
    throw new AppError('run_ended', `The run has ended (${wait.runStatus}); nothing is left to decide.`)
  }

  const request = approvalRequestSchema.parse(wait.request)
  const shownHash = wait.shownHash ?? ''
  if (options.shownHash !== undefined && options.shownHash !== shownHash) {
    throw new AppError(
      'approval_changed',
      'What is shown has changed since you read it: look at it again, then decide.',
      {
        errors: [{ path: 'shown_hash', message: 'differs from what stands now' }],
        extra: { shown_hash: shownHash },
      },
    )
  }
  const cast = await castVote(
    wait,
    { policyFor: (startedBy) => policyOf(request, startedBy), roles: DECIDERS },
    {
      actor: actorOf(principal),
      userId: principal.userId,
      decision,
      comment: options.comment?.trim() || null,
      data: decision === 'approved' ? acceptForm(request, options.data) : request.shown,
      shownHash,
      by: auditBy(principal),
    },
  )
  if (cast.kind === 'closed') return standing(pickWait(await readHumanWaits(runId), options), options)
  if (cast.kind === 'refused') throw refused(cast.refusal)
  if (cast.kind === 'opposed') {
    const own = presentVote(wait, cast.vote)
    throw new AppError('already_decided', `You have ${own.decision} this already, and a vote stands.`, {
      extra: { decision: own },
    })
  }
  return {
    ...presentVote(wait, cast.vote),
    already_decided: cast.isRepeated,
    outcome: cast.tally.state === decision ? decision : null,
    quorum: quorumOf(cast.tally, null),
  }
}

function refused({ code, message }: Refusal): AppError {
  return new AppError(code === 'not_your_turn' ? 'not_your_turn' : 'forbidden', message)
}

/** The open approval of the node, else its latest. */
function pickWait(all: readonly WaitRow[], options: DecideApproval): WaitRow {
  const waits = all.filter(
    (wait) =>
      wait.kind === 'approval' &&
      wait.nodeId === options.nodeId &&
      (options.path === undefined || wait.path.join('/') === options.path.join('/')),
  )
  const open = waits.filter((wait) => wait.state === 'open')
  if (open.length > 1) {
    throw new AppError('validation_failed', 'This node waits more than once: say which with `path`.', {
      errors: [{ path: 'path', message: `one of ${open.map((wait) => JSON.stringify(wait.path)).join(', ')}` }],
    })
  }
  const wait = open[0] ?? waits.at(-1)
  if (!wait) throw new AppError('not_found', `The run has no approval at the node "${options.nodeId}".`)
  return wait
}

/** The data that flows on: the edited form, checked against it, or what was shown. */
function acceptForm(request: ApprovalRequest, data: unknown): unknown {
  if (data === undefined) return request.shown
  if (!request.form) {
    throw new AppError('validation_failed', 'This approval has no form to edit: decide without `data`.', {
      errors: [{ path: 'data', message: 'not expected here' }],
    })
  }
  const { value, problems } = checkInputs(request.form, data)
  if (problems.length === 0) return value
  throw new AppError(
    'validation_failed',
    `The edited form is not valid: ${problems[0]?.path} ${problems[0]?.message}.`,
    {
      errors: problems.map((problem) => ({ ...problem, path: problem.path ? `data.${problem.path}` : 'data' })),
    },
  )
}

/** What stands of an approval that is closed: answered to who said so too, refused to anybody else. */
async function standing(wait: WaitRow, options: DecideApproval): Promise<Decided> {
  const { outcome } = wait
  if (wait.state === 'cancelled') throw new AppError('run_ended', 'The run ended before this was decided.')
  // Still open, yet not to be decided: its time is over on the clock of the database, and the timer is on its way.
  if (outcome?.kind !== 'decision') {
    throw new AppError('already_decided', 'The due time passed before this was decided.', {
      extra: { decision: { decision: 'timed_out' } },
    })
  }
  const { startedBy, votes } = (await readBallots([wait.id], DECIDERS)).get(wait.id) ?? { startedBy: null, votes: [] }
  const policy = policyOf(approvalRequestSchema.parse(wait.request), startedBy)
  const decided = (vote: VoteRow): Decided => ({
    ...presentVote(wait, vote),
    outcome: outcome.decision,
    quorum: quorumOf(tally(policy, votes), outcome),
  })
  const own = votes.find((vote) => vote.userId === options.principal.userId)
  if (own?.decision === options.decision) return decided(own)
  const deciding = votes.find((vote) => vote.userId === wait.resolvedByUserId)
  throw new AppError('already_decided', `${wait.resolvedBy} has ${outcome.decision} this already.`, {
    extra: { decision: deciding ? decided(deciding) : { decision: outcome.decision } },
  })
}

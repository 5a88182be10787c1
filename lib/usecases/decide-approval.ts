import type { Decision } from '../api/contracts/runs'
import { requirePermission } from '../auth/authorize'
import type { Principal } from '../auth/principal'
import { resolveWait } from '../db/commands'
import { readRunPulse } from '../db/run-pulse'
import { readHumanWaits, type WaitRow } from '../db/waits'
import { isTerminal } from '../engine/events'
import { type ApprovalRequest, approvalRequestSchema } from '../engine/waits'
import { AppError } from '../errors'
import type { Id } from '../ids'
import { checkInputs } from '../workflow/inputs'
import { actorOf } from './actor-of'

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
 * Decides an open approval. Exactly one decision stands: the same decision again by the same person answers it unchanged,
 * any other throws `already_decided` with the decision that stands. `approval_changed`: what is shown is not what was seen.
 */
export async function decideApproval(options: DecideApproval): Promise<Decision> {
  const { principal, runId, decision } = options
  requirePermission(principal, 'approval:decide')
  const [pulse, waits] = await Promise.all([readRunPulse(runId), readHumanWaits(runId)])
  if (pulse.teamId !== principal.team.id) throw new AppError('not_found', 'There is no such run.')
  const wait = pickWait(waits, options)
  if (wait.state !== 'open') return standing(wait, options)
  if (isTerminal(pulse.status)) {
    // The two were read side by side: the wait may have been decided, and the run have ended by that, in between.
    const now = pickWait(await readHumanWaits(runId), options)
    if (now.state !== 'open') return standing(now, options)
    throw new AppError('run_ended', `The run has ended (${pulse.status}); nothing is left to decide.`)
  }

  const request = approvalRequestSchema.parse(wait.request)
  refuseStranger(request, principal)
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
  const comment = options.comment?.trim() || undefined
  const resolved = await resolveWait(
    wait,
    { actor: actorOf(principal), userId: principal.userId },
    {
      kind: 'decision',
      decision,
      ...(comment ? { comment } : {}),
      data: decision === 'approved' ? acceptForm(request, options.data) : request.shown,
      shownHash,
    },
  )
  if (!resolved) return standing(pickWait(await readHumanWaits(runId), options), options)
  return {
    run_id: runId,
    node_id: wait.nodeId,
    path: wait.path,
    decision,
    decided_by: principal.name,
    decided_at: resolved.resolvedAt.toISOString(),
    comment: comment ?? null,
    shown_hash: shownHash,
    already_decided: false,
  }
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

function refuseStranger(request: ApprovalRequest, principal: Principal): void {
  const { approvers } = request
  const isNamed =
    approvers.length === 0 ||
    approvers.includes(`role:${principal.role}`) ||
    approvers.some((approver) => approver.toLowerCase() === principal.email?.toLowerCase())
  if (!isNamed) throw new AppError('forbidden', `This approval is for ${approvers.join(', ')}.`)
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

/** What stands of an approval that is closed: answered to who decided it so, refused to anybody else. */
function standing(wait: WaitRow, options: DecideApproval): Decision {
  if (wait.state === 'cancelled') throw new AppError('run_ended', 'The run ended before this was decided.')
  // Still open, yet not to be decided: its time is over on the clock of the database, and the timer is on its way.
  if (wait.outcome?.kind !== 'decision') {
    throw new AppError('already_decided', 'The due time passed before this was decided.', {
      extra: { decision: { decision: 'timed_out' } },
    })
  }
  const decision: Decision = {
    run_id: wait.runId,
    node_id: wait.nodeId,
    path: wait.path,
    decision: wait.outcome.decision,
    decided_by: wait.resolvedBy ?? '',
    decided_at: (wait.resolvedAt ?? wait.createdAt).toISOString(),
    comment: wait.outcome.comment ?? null,
    shown_hash: wait.outcome.shownHash,
    already_decided: true,
  }
  if (decision.decision === options.decision && wait.resolvedByUserId === options.principal.userId) return decision
  throw new AppError('already_decided', `${decision.decided_by} has ${decision.decision} this already.`, {
    extra: { decision },
  })
}

import type { Comment } from '../api/contracts/comments'
import { requirePermission } from '../auth/authorize'
import { refusal } from '../auth/permissions'
import type { Principal } from '../auth/principal'
import { auditBy } from '../db/audit'
import {
  type Anchor,
  type CommentRow,
  changeComment,
  deleteComment,
  findComment,
  findCommentable,
  insertComment,
  listCommentRows,
  MAX_COMMENTS,
  noSuchComment,
} from '../db/run-comments'
import { findRunHead } from '../db/run-reads'
import { tellRun } from '../db/tell-run'
import { AppError } from '../errors'
import type { Id } from '../ids'
import { noSuchRun } from './get-run'

interface OfComment {
  principal: Principal
  runId: Id
  commentId: Id
}

/** Comments of a run, oldest first. Throws `not_found`. */
export async function listComments(of: {
  principal: Principal
  runId: Id
  limit: number
  cursor?: string | undefined
}): Promise<{ items: Comment[]; next_cursor: string | null }> {
  const { principal, runId, limit, cursor } = of
  const teamId = principal.team.id
  if ((await findRunHead({ teamId, runId })) === undefined) throw noSuchRun()
  const { rows, nextCursor } = await listCommentRows({ teamId, runId, limit, cursor })
  return { items: rows.map((row) => present(row, principal)), next_cursor: nextCursor }
}

/** Throws `not_found`, `validation_failed` for an anchor that is not there, `limit_reached`. */
export async function addComment(of: {
  principal: Principal
  runId: Id
  body: string
  anchor: Anchor
}): Promise<Comment> {
  const { principal, runId, body, anchor } = of
  requirePermission(principal, 'run:comment')
  const teamId = principal.team.id
  const run = await findCommentable({ teamId, runId, nodeKey: anchor.nodeKey })
  if (run === undefined) throw noSuchRun()
  if (run.comments >= MAX_COMMENTS) {
    throw new AppError('limit_reached', `A run has at most ${MAX_COMMENTS} comments: delete some that are settled.`)
  }
  if (anchor.turn !== undefined && anchor.turn > run.turn) throw notThere('turn', `the run is at turn ${run.turn}`)
  if (anchor.eventSeq !== undefined && anchor.eventSeq > run.lastSeq) {
    throw notThere('event_seq', `the log of the run ends at event ${run.lastSeq}`)
  }
  if (anchor.nodeKey !== undefined && !run.hasNode) {
    throw notThere('node_key', 'the run has no such node run; GET /v1/runs/{id}/nodes has them')
  }
  const author = { authorKind: principal.kind, authorId: principal.id, authorName: principal.name }
  const row = await insertComment({ teamId, runId, ...author, body, ...anchor })
  if (row === undefined) throw noSuchRun()
  await tellRun({ teamId, runId })
  return present(row, principal)
}

/** Only its author changes a comment. Throws `not_found`, `forbidden`. */
export async function editComment(of: OfComment & { body: string }): Promise<Comment> {
  const { principal, runId, commentId, body } = of
  const comment = await find(of)
  if (!isOwn(comment, principal)) {
    throw new AppError('forbidden', `Only ${comment.authorName}, who wrote this comment, may change it.`)
  }
  const row = await changeComment({ teamId: principal.team.id, runId, commentId, body })
  await tellRun({ teamId: principal.team.id, runId })
  return present(row, principal)
}

/** Its author deletes a comment, or an owner or admin. Throws `not_found`, `forbidden`. */
export async function removeComment(of: OfComment): Promise<void> {
  const { principal, runId, commentId } = of
  const comment = await find(of)
  const isTheirs = !isOwn(comment, principal)
  if (isTheirs && refusal('comment:delete', principal) !== null) {
    throw new AppError(
      'forbidden',
      `Only ${comment.authorName}, who wrote this comment, an owner or an admin may delete it.`,
    )
  }
  await deleteComment({ teamId: principal.team.id, runId, commentId }, isTheirs ? auditBy(principal) : undefined)
  await tellRun({ teamId: principal.team.id, runId })
}

async function find({ principal, runId, commentId }: OfComment): Promise<CommentRow> {
  requirePermission(principal, 'run:comment')
  const comment = await findComment({ teamId: principal.team.id, runId, commentId })
  if (comment === undefined) throw noSuchComment()
  return comment
}

/** What a person wrote in the browser is not their key's to change, nor the other way round: each speaks for itself. */
function isOwn(comment: CommentRow, { kind, id }: Principal): boolean {
  return comment.authorKind === kind && comment.authorId === id
}

function notThere(field: string, message: string): AppError {
  return new AppError('validation_failed', `${field}: ${message}.`, { errors: [{ path: field, message }] })
}

function present(row: CommentRow, principal: Principal): Comment {
  return {
    id: row.id,
    run_id: row.runId,
    author: { kind: row.authorKind, id: row.authorId, name: row.authorName },
    is_own: isOwn(row, principal),
    body: row.body,
    turn: row.turn,
    event_seq: row.eventSeq,
    node_key: row.nodeKey,
    created_at: row.createdAt.toISOString(),
    edited_at: row.editedAt?.toISOString() ?? null,
  }
}

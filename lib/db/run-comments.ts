import { AppError } from '../errors'
import { type Id, newId } from '../ids'
import type { AuditBy } from './audit'
import { pool } from './client'
import { decodeCursor, pageOf } from './cursor'
import { recordRunAudit } from './run-audit'
import { inTransaction } from './transaction'

/** What people and programs say of a run. Deleted ones are never answered. */
export interface CommentRow {
  id: Id
  runId: Id
  authorKind: AuthorKind
  authorId: Id
  authorName: string
  body: string
  turn: number | null
  eventSeq: number | null
  nodeKey: string | null
  createdAt: Date
  editedAt: Date | null
}

export type AuthorKind = 'user' | 'api_key' | 'oauth'

/** What a comment is about; with nothing given, the run as a whole. */
export interface Anchor {
  turn?: number | undefined
  eventSeq?: number | undefined
  nodeKey?: string | undefined
}

/** Comments of one run, at most. */
export const MAX_COMMENTS = 1_000

const COLUMNS = `c.id, c.run_id AS "runId", c.author_kind AS "authorKind", c.author_id AS "authorId", c.author_name AS "authorName",
  c.body, c.turn, c.event_seq AS "eventSeq", c.node_key AS "nodeKey", c.created_at AS "createdAt", c.edited_at AS "editedAt"`

/** Comments of a run, oldest first. The caller has found the run in the team. */
export async function listCommentRows(of: {
  teamId: Id
  runId: Id
  limit: number
  cursor?: string | undefined
}): Promise<{ rows: CommentRow[]; nextCursor: string | null }> {
  const after = of.cursor === undefined ? undefined : decodeCursor(of.cursor)
  const { rows } = await pool().query<CommentRow>({
    name: 'list-comments',
    text: `SELECT ${COLUMNS} FROM run_comments c
            WHERE c.run_id = $1 AND c.team_id = $2 AND c.deleted_at IS NULL
              AND ($3::timestamptz IS NULL OR (c.created_at, c.id) > ($3, $4))
            ORDER BY c.created_at, c.id LIMIT $5`,
    values: [of.runId, of.teamId, after?.at ?? null, after?.id ?? null, of.limit + 1],
  })
  return pageOf(rows, of.limit, (row) => ({ at: row.createdAt, id: row.id }))
}

/** What of an anchor is there. Undefined: the team has no such run. */
export async function findCommentable(of: {
  teamId: Id
  runId: Id
  nodeKey?: string | undefined
}): Promise<{ turn: number; lastSeq: number; hasNode: boolean; comments: number } | undefined> {
  const { rows } = await pool().query<{ turn: number; lastSeq: number; hasNode: boolean; comments: number }>({
    name: 'commentable-run',
    text: `SELECT r.turn, r.last_seq AS "lastSeq",
             EXISTS (SELECT FROM node_runs n WHERE n.run_id = r.id AND n.node_key = $3) AS "hasNode",
             (SELECT count(*)::int FROM run_comments c WHERE c.run_id = r.id AND c.deleted_at IS NULL) AS comments
           FROM runs r WHERE r.id = $1 AND r.team_id = $2`,
    values: [of.runId, of.teamId, of.nodeKey ?? null],
  })
  return rows[0]
}

/** Stores a comment. Undefined: the run is gone. */
export async function insertComment(
  comment: Anchor & { teamId: Id; runId: Id; authorKind: AuthorKind; authorId: Id; authorName: string; body: string },
): Promise<CommentRow | undefined> {
  const { teamId, runId, authorKind, authorId, authorName, body, turn, eventSeq, nodeKey } = comment
  const { rows } = await pool().query<CommentRow>(
    // The lock keeps the run from being deleted meanwhile, which would leave the comment alone.
    `WITH run AS (SELECT r.id, r.team_id FROM runs r WHERE r.id = $2 AND r.team_id = $3 FOR KEY SHARE)
     INSERT INTO run_comments AS c (id, run_id, team_id, author_kind, author_id, author_name, body, turn, event_seq, node_key)
     SELECT $1, run.id, run.team_id, $4, $5, $6, $7, $8, $9, $10 FROM run RETURNING ${COLUMNS}`,
    [newId(), runId, teamId, authorKind, authorId, authorName, body, turn ?? null, eventSeq ?? null, nodeKey ?? null],
  )
  return rows[0]
}

interface CommentOf {
  teamId: Id
  runId: Id
  commentId: Id
}

export async function findComment(of: CommentOf): Promise<CommentRow | undefined> {
  const { rows } = await pool().query<CommentRow>(
    `SELECT ${COLUMNS} FROM run_comments c
      WHERE c.id = $1 AND c.run_id = $2 AND c.team_id = $3 AND c.deleted_at IS NULL`,
    [of.commentId, of.runId, of.teamId],
  )
  return rows[0]
}

/** Changes the words. Throws `not_found` when the comment was deleted meanwhile. */
export async function changeComment(of: CommentOf & { body: string }): Promise<CommentRow> {
  const { rows } = await pool().query<CommentRow>(
    `UPDATE run_comments c SET body = $4, edited_at = CASE WHEN c.body = $4 THEN c.edited_at ELSE now() END
      WHERE c.id = $1 AND c.run_id = $2 AND c.team_id = $3 AND c.deleted_at IS NULL RETURNING ${COLUMNS}`,
    [of.commentId, of.runId, of.teamId, of.body],
  )
  if (rows[0] === undefined) throw noSuchComment()
  return rows[0]
}

/** Takes the words away; the row says that there were some. Twice is once. `by`: who deletes what somebody else wrote. */
export async function deleteComment(of: CommentOf, by?: AuditBy): Promise<void> {
  await inTransaction(async (client) => {
    const gone = await client.query<{ author: string }>(
      `UPDATE run_comments SET body = '', deleted_at = now()
        WHERE id = $1 AND run_id = $2 AND team_id = $3 AND deleted_at IS NULL RETURNING author_name AS author`,
      [of.commentId, of.runId, of.teamId],
    )
    const [row] = gone.rows
    if (row === undefined || by === undefined) return
    const details = { comment_id: of.commentId, author: row.author }
    await recordRunAudit(client, { runId: of.runId, by, action: 'comment.deleted', details })
  })
}

export function noSuchComment(): AppError {
  return new AppError('not_found', 'There is no such comment.')
}

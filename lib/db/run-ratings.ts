import type { Id } from '../ids'
import { pool } from './client'

/** 1: it was good. -1: it was not. */
export type Score = 1 | -1

export interface RatingRow {
  userId: Id
  score: Score
}

/** What everybody thinks of a run. The caller has found the run in the team. */
export async function readRatings(runId: Id): Promise<RatingRow[]> {
  const { rows } = await pool().query<RatingRow>(
    'SELECT user_id AS "userId", score FROM run_ratings WHERE run_id = $1',
    [runId],
  )
  return rows
}

/** Keeps what a person thinks of a run, instead of what they thought before. False: the team has no such run. */
export async function putRating(rating: { teamId: Id; runId: Id; userId: Id; score: Score }): Promise<boolean> {
  const saved = await pool().query(
    `WITH run AS (SELECT r.id, r.team_id FROM runs r WHERE r.id = $1 AND r.team_id = $2 FOR KEY SHARE)
     INSERT INTO run_ratings (run_id, team_id, user_id, score) SELECT run.id, run.team_id, $3, $4 FROM run
     ON CONFLICT (run_id, user_id) DO UPDATE SET score = excluded.score, updated_at = now()`,
    [rating.runId, rating.teamId, rating.userId, rating.score],
  )
  return saved.rowCount === 1
}

/** Takes a rating back. Twice is once. */
export async function deleteRating(of: { teamId: Id; runId: Id; userId: Id }): Promise<void> {
  await pool().query('DELETE FROM run_ratings WHERE run_id = $1 AND team_id = $2 AND user_id = $3', [
    of.runId,
    of.teamId,
    of.userId,
  ])
}

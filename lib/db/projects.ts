import type { Id } from '../ids'
import { pool } from './client'

/** The projects of a team, the first one first. */
export async function listProjectRows(teamId: Id): Promise<{ id: Id; name: string }[]> {
  const { rows } = await pool().query<{ id: Id; name: string }>(
    'SELECT id, name FROM projects WHERE team_id = $1 ORDER BY created_at, id LIMIT 100',
    [teamId],
  )
  return rows
}

/** Whether the team has this project and, where one is named, the project this workflow. */
export async function hasProject(of: { teamId: Id; projectId: Id; workflowId?: Id | undefined }): Promise<boolean> {
  const { rowCount } = await pool().query(
    `SELECT 1 FROM projects p WHERE p.id = $2 AND p.team_id = $1
        AND ($3::uuid IS NULL OR EXISTS (SELECT 1 FROM workflows w WHERE w.id = $3 AND w.project_id = p.id))`,
    [of.teamId, of.projectId, of.workflowId ?? null],
  )
  return rowCount === 1
}

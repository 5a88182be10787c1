import type { RunStatus } from '../engine/events'
import type { Id } from '../ids'
import { pool } from './client'
import type { StoredPayload } from './payloads'

/** A run that is or was evaluated, with the run of its evaluator once that is there. */
export interface EvaluationRow {
  runId: Id
  teamId: Id
  evaluationRunId: Id
  /** Why the evaluator could not be started. */
  error: { code: string; message: string } | null
  createdAt: Date
  evaluator: {
    workflowId: Id
    workflowName: string
    status: RunStatus
    output: StoredPayload | null
    errorReason: string | null
    errorSummary: string | null
    /** JSON made it: text. */
    endedAt: string | null
  } | null
}

const SELECT = `SELECT e.run_id AS "runId", e.team_id AS "teamId", e.evaluation_run_id AS "evaluationRunId", e.error,
    e.created_at AS "createdAt",
    CASE WHEN r.id IS NOT NULL THEN json_build_object('workflowId', r.workflow_id, 'workflowName', w.name, 'status', r.status,
      'output', r.output, 'errorReason', r.error_reason, 'errorSummary', r.error_summary, 'endedAt', r.ended_at) END AS evaluator
  FROM run_evaluations e LEFT JOIN runs r ON r.id = e.evaluation_run_id LEFT JOIN workflows w ON w.id = r.workflow_id`

/** The evaluation of a run; undefined when it has none. The caller has found the run in the team. */
export async function findEvaluation(runId: Id): Promise<EvaluationRow | undefined> {
  const { rows } = await pool().query<EvaluationRow>({
    name: 'evaluation-of-run',
    text: `${SELECT} WHERE e.run_id = $1`,
    values: [runId],
  })
  return rows[0]
}

/** The evaluation that a run of an evaluator is. The caller has found the run in the team. */
export async function findOwnEvaluation(evaluationRunId: Id): Promise<EvaluationRow | undefined> {
  const { rows } = await pool().query<EvaluationRow>({
    name: 'evaluation-by-run',
    text: `${SELECT} WHERE e.evaluation_run_id = $1`,
    values: [evaluationRunId],
  })
  return rows[0]
}

/** Keeps why the evaluator could not be started. */
export async function refuseEvaluation(runId: Id, error: { code: string; message: string }): Promise<void> {
  await pool().query('UPDATE run_evaluations SET error = $2 WHERE run_id = $1', [runId, JSON.stringify(error)])
}

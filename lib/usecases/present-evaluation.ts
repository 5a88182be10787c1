import type { Evaluation } from '../api/contracts/evaluation'
import type { EvaluationRow } from '../db/evaluations'
import { isTerminal } from '../engine/events'
import { noVerdict, type Verdict, verdictOf } from '../workflow/evaluation'

/** The evaluation of a run as every door answers it. */
export function presentEvaluation(row: EvaluationRow): Evaluation {
  const { evaluator } = row
  const output = evaluator?.output ?? null
  return {
    run_id: row.runId,
    evaluation_run_id: row.evaluationRunId,
    workflow_id: evaluator?.workflowId ?? null,
    workflow_name: evaluator?.workflowName ?? null,
    status: evaluator?.status ?? (row.error === null ? 'pending' : 'refused'),
    ...found(row),
    output: output !== null && 'value' in output ? output.value : null,
    error: errorOf(row),
    created_at: row.createdAt.toISOString(),
    ended_at: evaluator?.endedAt ? new Date(evaluator.endedAt).toISOString() : null,
  }
}

function found({ evaluator, error }: EvaluationRow): Verdict {
  if (error !== null) return noVerdict('The evaluator could not be started.')
  if (evaluator === null || !isTerminal(evaluator.status)) return noVerdict(null)
  if (evaluator.status !== 'completed') return noVerdict(`The run of the evaluator ended as ${evaluator.status}.`)
  const { output } = evaluator
  if (output !== null && 'blob' in output) return noVerdict('The output of the evaluator is too large to hold scores.')
  return verdictOf(output?.value)
}

function errorOf({ error, evaluator }: EvaluationRow): Evaluation['error'] {
  if (error !== null) return error
  const reason = evaluator?.errorReason ?? null
  return reason === null ? null : { code: reason, message: evaluator?.errorSummary ?? '' }
}

import type { Failure } from '@/lib/engine/events'

/** What a person can do about a failed run, by its reason and its failure. Empty: nothing general can be said. */
export function failureAdvice(reason: string | null, error: Failure | null): string {
  const cause = error?.details?.code
  return (
    (error?.code === 'expression_error' && typeof cause === 'string' ? byExpressionCause[cause] : undefined) ??
    byCode[error?.code ?? ''] ??
    byReason[reason ?? ''] ??
    ''
  )
}

const byReason: Record<string, string> = {
  execution_error:
    'Open the node to see its input and what it answered. Correct the workflow, publish it, and run it again.',
  invalid_inputs: 'Run it again with inputs that fit what the workflow declares.',
  workflow_not_published: 'Publish the workflow, or run its draft.',
  concurrency_limit: 'Too many runs were going on. Run it again later, or raise the limit of the workflow.',
  approval_rejected: 'No path leaves the approval for a rejection. Connect its “rejected” port to go on instead.',
  timeout: 'Give the workflow more time in its settings, or find the slow node in the timeline.',
  budget_exceeded: 'Raise the budget in the settings of the workflow, or use fewer tokens.',
  stale_run_reaper: 'Its worker died too often while it ran. The log of the server says why; run it again afterwards.',
  finally_safety_net: 'Something went wrong on our side. Run it again; if it happens again, report the id of the run.',
  looping_risk: 'A loop never met its exit. Check the condition that leaves it, or raise the limit of visits.',
}

const byCode: Record<string, string> = {
  timeout: 'The node took longer than it may. Raise its time limit, or let it retry.',
  expression_error:
    'Open the node in the designer: the expression editor shows where it goes wrong, with the data of this run.',
  http_status:
    'The other side refused or is down. Look at its answer in the node; if it passes by itself, let the node retry.',
  invalid_config: 'A setting of the node is not valid once its templates are filled in. Its input shows what came out.',
  invalid_response: 'The other side answered something else than expected. Look at the address and at its answer.',
  llm_not_configured: 'Give the node a model that is configured here, or use the offline one, which needs no key.',
  llm_status: 'The model’s provider refused. Check the key and the limits there; if it is busy, let the node retry.',
  llm_invalid_answer:
    'The model did not answer in the form asked for. Say the form in the prompt, or let the node retry.',
  wait_timed_out: 'Connect the “timedOut” port to go on without an answer, or give people more time.',
  failed_on_purpose: 'The workflow ends here on purpose; what led to it is in the nodes before.',
}

const byExpressionCause: Record<string, string> = {
  timeout:
    'The expression worked too long. Give it less data, or do the work in smaller steps; run it again if the machine was busy.',
}

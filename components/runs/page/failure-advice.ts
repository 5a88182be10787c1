/** What a person can do about a failed run, by its reason and the code of the failure. Empty: nothing general can be said. */
export function failureAdvice(reason: string | null, code: string | undefined): string {
  return byCode[code ?? ''] ?? byReason[reason ?? ''] ?? ''
}

const byReason: Record<string, string> = {
  execution_error:
    'Open the node to see its input and what it answered. Correct the workflow, publish it, and run it again.',
  invalid_inputs: 'Run it again with inputs that fit what the workflow declares.',
  workflow_not_published: 'Publish the workflow, or run its draft.',
  concurrency_limit: 'Too many runs were going on. Run it again later, or raise the limit of the workflow.',
  approval_rejected:
    'Somebody rejected it, and no path leaves the approval for that. Connect its “rejected” port to go on.',
  timeout: 'Give the workflow more time in its settings, or find the slow node in the timeline.',
  budget_exceeded: 'Raise the budget in the settings of the workflow, or use fewer tokens.',
  stale_run_reaper:
    'Its worker died too often while it ran. The log of the server says why; run it again when that is solved.',
  finally_safety_net: 'Something went wrong on our side. Run it again; if it happens again, report the id of the run.',
  looping_risk:
    'A loop never met its exit. Check the condition that leaves it, or raise the limit of visits in the settings.',
}

const byCode: Record<string, string> = {
  timeout: 'The node took longer than it may. Raise its time limit, or let it retry.',
  template_error:
    'An expression names something that is not there. Open the node in the designer: the problem is marked.',
  expression_error: 'An expression could not be evaluated. Open the node in the designer: the problem is marked.',
  wait_timed_out: 'Connect the “timedOut” port to go on without an answer, or give people more time.',
  egress_blocked: 'The address is private. Whoever runs this installation can allow it with EGRESS_ALLOW.',
}

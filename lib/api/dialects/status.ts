import { isTerminal, type RunStatus } from '../../engine/events'

/**
 * What each dialect says for each status of a run: the whole table of `docs/api.md`, "Statuses", in one place. Pure. What a
 * dialect cannot say in its own words stands in a second member beside it.
 */

export const RECORD_STATUSES = [
  'not_started',
  'started',
  'running',
  'paused',
  'waiting_for_user_input',
  'completed',
  'failed',
  'cancelled',
  'aborted_looping_risk',
] as const
/** `session` and `record`. */
export type RecordStatus = (typeof RECORD_STATUSES)[number]

export const DISPATCH_STATUSES = ['running', 'failed', 'skipped'] as const
/** `run_workflow`: how the dispatch went, not the run. */
export type DispatchStatus = (typeof DISPATCH_STATUSES)[number]

export const LISTED_STATUSES = ['pending', 'running', 'succeeded', 'failed', 'skipped'] as const
/** `get_workflow_runs`. */
export type ListedStatus = (typeof LISTED_STATUSES)[number]

export const JOB_STATUSES = ['pending', 'running', 'paused', 'success', 'failure', 'canceled'] as const
/** `manage_workflows`. */
export type JobStatus = (typeof JOB_STATUSES)[number]

export const EXECUTE_STATUSES = ['pending', 'running', 'completed', 'failed'] as const
/** The answer to an orchestration `execute`; `pending` belongs to a dry run. */
export type ExecuteStatus = (typeof EXECUTE_STATUSES)[number]

export const EXECUTION_STATUSES = ['pending', 'running', 'completed', 'failed', 'timeout', 'cancelled'] as const
/** An orchestration execution that is read later. */
export type ExecutionStatus = (typeof EXECUTION_STATUSES)[number]

interface Projection {
  run_workflow: DispatchStatus
  get_workflow_runs: ListedStatus
  record: RecordStatus
  manage_workflows: JobStatus
  execute: ExecuteStatus
  execution: ExecutionStatus
}

const TABLE: Record<RunStatus, Projection> = {
  not_started: row('running', 'pending', 'not_started', 'pending', 'running', 'pending'),
  started: row('running', 'running', 'started', 'running', 'running', 'running'),
  running: row('running', 'running', 'running', 'running', 'running', 'running'),
  paused: row('running', 'running', 'paused', 'paused', 'running', 'running'),
  waiting_for_user_input: row('running', 'running', 'waiting_for_user_input', 'paused', 'running', 'running'),
  waiting_for_approval: row('running', 'running', 'paused', 'paused', 'running', 'running'),
  // A dispatch that went well is `running` for good: a caller must not read the end of the run out of it.
  completed: row('running', 'succeeded', 'completed', 'success', 'completed', 'completed'),
  failed: row('failed', 'failed', 'failed', 'failure', 'failed', 'failed'),
  timed_out: row('failed', 'failed', 'failed', 'failure', 'failed', 'timeout'),
  cancelled: row('failed', 'failed', 'cancelled', 'canceled', 'failed', 'cancelled'),
  aborted_looping_risk: row('failed', 'failed', 'aborted_looping_risk', 'failure', 'failed', 'failed'),
  skipped: row('skipped', 'skipped', 'completed', 'success', 'completed', 'completed'),
}

function row(
  run_workflow: DispatchStatus,
  get_workflow_runs: ListedStatus,
  record: RecordStatus,
  manage_workflows: JobStatus,
  execute: ExecuteStatus,
  execution: ExecutionStatus,
): Projection {
  return { run_workflow, get_workflow_runs, record, manage_workflows, execute, execution }
}

export function dispatchStatus(status: RunStatus): DispatchStatus {
  return TABLE[status].run_workflow
}

export function listedStatus(status: RunStatus): ListedStatus {
  return TABLE[status].get_workflow_runs
}

export function recordStatus(status: RunStatus): RecordStatus {
  return TABLE[status].record
}

/** The same for a caller who waited: a run that had not settled when the time was over is told as running. */
export function turnStatus({ run, settled }: { run: { status: RunStatus }; settled: boolean }): RecordStatus {
  return settled || !isQuiet(run.status) ? recordStatus(run.status) : 'running'
}

/** A status that only a settled run has to show. */
function isQuiet(status: RunStatus): boolean {
  return !isTerminal(status) && !['not_started', 'started', 'running'].includes(status)
}

export function jobStatus(status: RunStatus): JobStatus {
  return TABLE[status].manage_workflows
}

export function executeStatus(status: RunStatus): ExecuteStatus {
  return TABLE[status].execute
}

export function executionStatus(status: RunStatus): ExecutionStatus {
  return TABLE[status].execution
}

const REASONS: Partial<Record<RunStatus, string>> = {
  failed: 'execution_error',
  timed_out: 'timeout',
  cancelled: 'cancelled',
  aborted_looping_risk: 'looping_risk',
  skipped: 'skipped',
}

/**
 * Why a run ended as it did, beside a status that cannot say it: `timeout` beside a record's `failed`, `skipped` beside its
 * `completed`. Null for a run that goes on or completed. The run's own reason, where it has one, counts more.
 */
export function endReason(run: { status: RunStatus; error_reason: string | null }): string | null {
  const reason = REASONS[run.status]
  return reason === undefined ? null : (run.error_reason ?? reason)
}

/** The same as orchestration says it: `TIMEOUT`, `EXECUTION_ERROR`, and `CANCELLED` for whatever was cancelled. */
export function endCode(run: { status: RunStatus; error_reason: string | null }): string | null {
  if (run.status === 'skipped') return null
  return run.status === 'cancelled' ? 'CANCELLED' : (endReason(run)?.toUpperCase() ?? null)
}

import { loadDefinition } from '../db/definitions'
import { type EvaluationRow, findEvaluation, refuseEvaluation } from '../db/evaluations'
import { decodePayload } from '../db/payloads'
import { countQueuedRuns } from '../db/run-queue'
import { findRun, type RunDetailRow } from '../db/run-reads'
import { type PlainPayload, readSegments } from '../db/run-segments'
import { insertRun } from '../db/runs'
import { tellRun } from '../db/tell-run'
import { loadRunnable, type Runnable } from '../db/workflows'
import { limitOf } from '../env'
import { AppError } from '../errors'
import { crashPoint } from '../faults'
import { type Id, parseId } from '../ids'
import type { EvaluationSettings } from '../workflow/document'
import { checkInputs } from '../workflow/inputs'

/** A version may be replaced between look-up and insert; more often than this is bad luck. */
const TRIES = 4
/** Turns that an evaluator is given, at most. */
const MAX_SEGMENTS = 200

/**
 * Makes the run of the evaluator of a run that has ended, queued, under the id that was chosen when it ended: once, however
 * often this is called. An evaluator that cannot be started is told on the run that it would have evaluated.
 */
export async function startEvaluation(runId: Id): Promise<void> {
  const evaluation = await findEvaluation(runId)
  if (!evaluation || evaluation.evaluator !== null || evaluation.error !== null) return
  const run = await findRun({ teamId: evaluation.teamId, runId })
  const settings = run && (await loadDefinition(run.definition_id)).settings.evaluation
  if (!run || !settings) return
  try {
    await start(evaluation, run, settings)
  } catch (error) {
    // A queue that is full empties: the job is tried again. Everything else would be refused again.
    if (!(error instanceof AppError) || error.code === 'queue_full') throw error
    await refuseEvaluation(runId, { code: error.code, message: error.message })
    await tellRun({ teamId: evaluation.teamId, runId })
  }
}

async function start(evaluation: EvaluationRow, run: RunDetailRow, settings: EvaluationSettings): Promise<void> {
  const { teamId, evaluationRunId } = evaluation
  const workflowId = parseId(settings.workflowId)
  if (workflowId === undefined) throw new AppError('not_found', `"${settings.workflowId}" is not the id of a workflow.`)
  const most = limitOf('queued_runs')
  if ((await countQueuedRuns(teamId, most)) >= most) throw new AppError('queue_full', 'The queue of the team is full.')
  for (let turn = 0; turn < TRIES; turn++) {
    const runnable = await loadRunnable({
      teamId,
      workflowId,
      ...(settings.version === undefined ? {} : { version: settings.version }),
    })
    const input = await inputOf(run, runnable)
    crashPoint('evaluation.before_commit')
    const made = await insertRun({
      id: evaluationRunId,
      teamId,
      workflowId,
      versionId: runnable.versionId,
      definitionId: runnable.definitionId,
      requireActiveVersionId: settings.version === undefined ? runnable.versionId : null,
      trigger: 'evaluation',
      runBy: 'evaluation',
      userId: null,
      apiKeyId: null,
      input,
      variables: {
        dynamic: {},
        runtime: {},
        miscellaneous: {},
        parameters: {},
        ...(runnable.definition.settings.budget ? { budget: runnable.definition.settings.budget } : {}),
      },
      event: {
        type: 'run_started',
        actor: { kind: 'system', name: 'evaluation' },
        trigger: 'evaluation',
        version_number: runnable.versionNumber,
      },
      owner: null,
      timeoutMs: runnable.definition.settings.timeoutMs ?? null,
      workflowCap: runnable.definition.settings.maxConcurrentRuns ?? null,
    })
    crashPoint('evaluation.after_commit')
    // It is there already when this was asked for twice.
    if (made || (await findEvaluation(run.id))?.evaluator) return
  }
  throw new AppError('conflict', 'The evaluator was being published or deleted at that very moment.')
}

/** What the evaluator is given. Where it would be too large, the turns are left out. */
async function inputOf(run: RunDetailRow, { definition }: Runnable): Promise<unknown> {
  const most = limitOf('run_input')
  const isTooLarge = (value: unknown) => Buffer.byteLength(JSON.stringify(value)) > most
  const plain = await evaluated(run)
  const whole = { run: { ...plain, turns: await turnsOf(run) } }
  const given = isTooLarge(whole) ? { run: { ...plain, turns: null } } : whole
  if (isTooLarge(given)) {
    throw new AppError(
      'limit_reached',
      `Input and output of the run have more than ${most} bytes, too many to evaluate.`,
    )
  }
  const { value, problems } = checkInputs(definition.inputs, given)
  const [problem] = problems
  if (problem === undefined) return value
  throw new AppError(
    'invalid_inputs',
    `The evaluator has to declare an input "run" of the type object: ${problem.path} ${problem.message}.`,
  )
}

async function evaluated(run: RunDetailRow) {
  const reason = run.error_reason
  return {
    id: run.id,
    workflow_id: run.workflow_id,
    workflow_name: run.workflow_name,
    version: run.version_number,
    status: run.status,
    trigger: run.trigger,
    run_by: run.run_by,
    input: run.input,
    output: await decodePayload(run.output),
    error: run.error ?? (reason === null ? null : { code: reason, message: run.error_summary ?? '' }),
    error_node_id: run.error_node_id,
    tokens: run.tokens,
    cost_usd: Number(run.cost_usd),
    started_at: run.started_at?.toISOString() ?? null,
    ended_at: run.ended_at?.toISOString() ?? null,
  }
}

async function turnsOf(run: RunDetailRow) {
  const { items } = await readSegments(run, 0, MAX_SEGMENTS)
  const plain = (payload: PlainPayload | null) =>
    payload?.blob_id === undefined ? (payload?.value ?? null) : { blob_id: payload.blob_id, bytes: payload.bytes }
  return items.map(({ turn, input, output, messages }) => ({
    turn,
    input: plain(input),
    output: plain(output),
    messages,
  }))
}

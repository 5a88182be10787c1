import { createHash } from 'node:crypto'
import { z } from 'zod'
import { DISPATCH_STATUSES, type DispatchStatus } from '../../api/dialects/status'
import { requirePermission } from '../../auth/authorize'
import { publicUrl } from '../../env'
import { AppError } from '../../errors'
import type { Id } from '../../ids'
import { answerOnce } from '../../usecases/answer-once'
import { getRun } from '../../usecases/get-run'
import { startRun } from '../../usecases/start-run'
import { RUNS, type ToolCall, tool } from '../tool'
import { idArgument, idOf, objectArgument } from './shapes'

const dispatchSchema = z.object({
  id: z.string().nullable().describe('Id of the run; null when none was made.'),
  workflow_template_id: z.string(),
  status: z.enum(DISPATCH_STATUSES).describe('Of the dispatch: a run that was begun is running.'),
  link_url: z.string().nullable(),
  error_reason: z.string().nullable(),
  trigger_type: z.string(),
  error_summary: z.string().nullable(),
  runner_session_id: z.string().nullable(),
})

/** Refusals of a dispatch that are answered as a row, with the reason it carries. */
const REASONS: Partial<Record<AppError['code'], string>> = {
  not_found: 'workflow_not_found',
  workflow_not_published: 'workflow_not_published',
  invalid_inputs: 'invalid_inputs',
  payload_too_large: 'invalid_inputs',
  concurrency_limit: 'concurrency_limit',
  conflict: 'execution_error',
}

const IDEMPOTENCY_KEY = 'countersign/idempotency-key'

/** Starts a published workflow and answers at once. */
export const runWorkflowTool = tool(
  {
    name: 'run_workflow',
    title: 'Run a workflow',
    description:
      'Starts a published workflow and answers at once with the run. Follow it with get_run_events; answer its questions with answer_run.',
    annotations: RUNS,
    permission: 'workflow:execute',
    input: z.strictObject({
      workflow_id: idArgument('workflow'),
      input_values: objectArgument.optional().describe('The inputs that the workflow declares.'),
    }),
    output: dispatchSchema,
    work: async ({ workflow_id, input_values }, call) => {
      const workflowId = idOf(workflow_id, 'workflow_id')
      const row = { workflow_template_id: workflowId, trigger_type: 'mcp', runner_session_id: null }
      try {
        const id = await startOnce(workflowId, input_values ?? {}, call)
        const { status } = await getRun({ principal: call.principal, runId: id })
        // The row tells how the dispatch went: a run that has failed a moment later was begun all the same.
        const dispatched: DispatchStatus = status === 'skipped' ? status : 'running'
        const link = { link_url: `${publicUrl()}/runs/${id}` }
        return { ...row, id, status: dispatched, ...link, error_reason: null, error_summary: null }
      } catch (error) {
        const reason = error instanceof AppError ? REASONS[error.code] : undefined
        if (!(error instanceof AppError) || reason === undefined) throw error
        const failure = { error_reason: reason, error_summary: error.message }
        return { ...row, id: null, status: 'failed' as const, link_url: null, ...failure }
      }
    },
  },
  requirePermission,
)

/** Starts a run; a call that carries an idempotency key starts it once however often it is sent. */
export async function startOnce(workflowId: Id, input: Record<string, unknown>, call: ToolCall): Promise<Id> {
  const { principal } = call
  const start = async (runId?: Id) =>
    (await startRun({ principal, workflowId, input, trigger: 'mcp', ...(runId ? { runId } : {}) })).runId
  const key = call.meta[IDEMPOTENCY_KEY]
  if (key === undefined) return start()
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new AppError('invalid_request', `_meta["${IDEMPOTENCY_KEY}"] must be 1 to 255 printable characters.`)
  }
  const bodyHash = createHash('sha256').update(JSON.stringify(input)).digest('hex')
  const claim = { teamId: principal.team.id, scope: `mcp run ${workflowId}`, key, bodyHash }
  const { answer } = await answerOnce(claim, async (id) => ({ status: 200, headers: {}, body: await start(id) }))
  return answer.body
}

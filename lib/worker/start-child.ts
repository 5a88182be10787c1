import { readParentRun } from '../db/child-runs'
import { findRunHead } from '../db/run-reads'
import { insertRun } from '../db/runs'
import type { WaitRow } from '../db/waits'
import { loadRunnable } from '../db/workflows'
import { childRequestSchema } from '../engine/waits'
import { limitOf } from '../env'
import { AppError } from '../errors'
import { parseId } from '../ids'
import { checkInputs } from '../workflow/inputs'

/** A version may be replaced between look-up and insert; more often than this is bad luck. */
const TRIES = 4

/** Makes the run that a child wait asks for, queued, under the id of the request: once, however often this is called. */
export async function startChildRun(wait: WaitRow): Promise<{ runId: string; code: string; message: string } | null> {
  const request = childRequestSchema.parse(wait.request)
  const refuse = (code: string, message: string) => ({ runId: request.runId, code, message })
  const parent = await readParentRun(wait.runId)
  if (!parent) return null
  const depth = parent.depth + 1
  const most = limitOf('workflow_nesting')
  if (depth > most) {
    return refuse('depth_limit', `Sub-workflows are nested ${depth} deep; at most ${most} are allowed.`)
  }
  const workflowId = parseId(request.workflowId)
  if (workflowId === undefined) return refuse('not_found', `"${request.workflowId}" is not the id of a workflow.`)
  for (let turn = 0; turn < TRIES; turn++) {
    try {
      const runnable = await loadRunnable({
        teamId: parent.teamId,
        workflowId,
        ...(request.version === undefined ? {} : { version: request.version }),
      })
      const { value, problems } = checkInputs(runnable.definition.inputs, request.input ?? {})
      const [problem] = problems
      if (Buffer.byteLength(JSON.stringify(value ?? null)) > limitOf('run_input')) {
        return refuse('limit_reached', `The input of the sub-workflow has more than ${limitOf('run_input')} bytes.`)
      }
      if (problem) return refuse('invalid_inputs', `The input of the sub-workflow: ${problem.path} ${problem.message}.`)
      const made = await insertRun({
        id: request.runId,
        teamId: parent.teamId,
        workflowId,
        versionId: runnable.versionId,
        definitionId: runnable.definitionId,
        requireActiveVersionId: request.version === undefined ? runnable.versionId : null,
        trigger: 'run',
        runBy: parent.runBy,
        userId: parent.userId,
        apiKeyId: parent.apiKeyId,
        input: value,
        variables: {
          dynamic: parent.dynamicVariables,
          runtime: parent.runtimeVariables,
          miscellaneous: {},
          parameters: {},
          ...(runnable.definition.settings.budget ? { budget: runnable.definition.settings.budget } : {}),
        },
        event: {
          type: 'run_started',
          actor: { kind: 'system', name: parent.runBy || 'sub-workflow' },
          trigger: 'run',
          version_number: runnable.versionNumber,
          parent: { run_id: parent.id, node_id: wait.nodeId, path: wait.path },
        },
        owner: null,
        timeoutMs: runnable.definition.settings.timeoutMs ?? null,
        workflowCap: runnable.definition.settings.maxConcurrentRuns ?? null,
        parentRunId: parent.id,
        parentWaitId: wait.id,
        depth,
      })
      // It is there already when this was asked for twice, by the queue and by the sweep.
      if (made || (await findRunHead({ teamId: parent.teamId, runId: request.runId }))) return null
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      return refuse(error.code, error.message)
    }
  }
  return refuse('conflict', 'The sub-workflow was being published or deleted at that very moment.')
}

import type { Principal } from '../../../auth/principal'
import { RUN_STATUSES, type RunStatus } from '../../../engine/events'
import { AppError } from '../../../errors'
import { requireId } from '../../../ids'
import { watchRuns } from '../../../live/watch-runs'
import { awaitRun } from '../../../usecases/await-run'
import { commandRun } from '../../../usecases/command-run'
import { compareRuns } from '../../../usecases/compare-runs'
import { continueRun, planRetry } from '../../../usecases/continue-run'
import { dryRun } from '../../../usecases/dry-run'
import { getBlob } from '../../../usecases/get-blob'
import { getRun } from '../../../usecases/get-run'
import { getRunDefinition } from '../../../usecases/get-run-definition'
import { listNodeRuns } from '../../../usecases/list-node-runs'
import { listRuns } from '../../../usecases/list-runs'
import { listSegments } from '../../../usecases/list-segments'
import { resolveAgent } from '../../../usecases/resolve-agent'
import { type StartedRun, startRun } from '../../../usecases/start-run'
import { contracts } from '../../contracts/routes'
import { Reply } from '../answer'
import { defineRoute } from '../define-route'
import { instantOf } from '../instant-of'
import { streamReply } from '../stream-reply'

export const runRoutes = [
  defineRoute(contracts.startRun, async ({ principal, params, body, request, prefersAsync, onceId }) => {
    const start = {
      principal,
      workflowId: params.workflow_id,
      input: body.input,
      dynamicVariables: body.dynamic_variables,
      parameters: body.parameters,
      version: body.version,
      draft: body.draft,
    }
    const agentId = body.agent_id === undefined ? undefined : requireId(body.agent_id, 'agent_id')
    // An agent is asked for by name only here: a start is on the fast path, and its runs need none.
    if (agentId !== undefined) await resolveAgent({ ...start, agentId })
    if (body.dry_run) return new Reply({ json: await dryRun(start), status: 200 })
    const { runId, rest } = await startRun({
      runId: onceId,
      agentId,
      runtimeVariables: body.runtime_variables,
      budget: body.budget,
      runBy: body.run_by,
      labels: body.labels,
      trigger: triggerOf(principal),
      ...start,
    })
    const headers: Record<string, string> = { Location: `/v1/runs/${runId}` }
    if (prefersAsync) headers['Preference-Applied'] = 'respond-async'
    else await waitFor(runId, body.wait, request, rest)
    return new Reply({ json: await getRun({ principal, runId }), status: prefersAsync ? 202 : 201, headers })
  }),

  defineRoute(contracts.listRuns, async ({ principal, query, request, wantsStream }) => {
    if (wantsStream) {
      const frames = (signal: AbortSignal) => watchRuns({ teamId: principal.team.id, signal })
      return streamReply({ principal, request, frames })
    }
    return listRuns({
      principal,
      workflowId: query.workflow_id === undefined ? undefined : requireId(query.workflow_id, 'query.workflow_id'),
      statuses: statusesOf(query.status),
      trigger: query.trigger,
      runBy: query.run_by,
      agentId: query.agent_id === undefined ? undefined : requireId(query.agent_id, 'query.agent_id'),
      label: query.label,
      text: query.text,
      createdAfter: instantOf(query.created_after, 'created_after'),
      createdBefore: instantOf(query.created_before, 'created_before'),
      limit: query.limit,
      cursor: query.cursor,
    })
  }),

  defineRoute(contracts.compareRuns, ({ principal, query }) =>
    compareRuns({ principal, a: requireId(query.a, 'query.a'), b: requireId(query.b, 'query.b') }),
  ),

  defineRoute(contracts.getRun, ({ principal, params }) => getRun({ principal, runId: params.run_id })),

  defineRoute(contracts.getRunDefinition, ({ principal, params }) =>
    getRunDefinition({ principal, runId: params.run_id }),
  ),

  defineRoute(contracts.commandRun, async ({ principal, params, body, request, prefersAsync }) => {
    const runId = params.run_id
    if (body.command === 'retry') {
      const next = await continueRun({ principal, runId, kind: 'retry', trigger: triggerOf(principal) })
      if (!prefersAsync) await waitFor(next.runId, body.wait, request)
      return getRun({ principal, runId: next.runId })
    }
    await commandRun({ principal, runId, command: body.command, data: body.data, inputs: body.inputs })
    if (!prefersAsync) await waitFor(runId, body.wait, request)
    return getRun({ principal, runId })
  }),

  defineRoute(contracts.forkRun, async ({ principal, params, body, request, prefersAsync }) => {
    const { runId } = await continueRun({
      principal,
      runId: params.run_id,
      kind: 'fork',
      trigger: triggerOf(principal),
      fromNode: body.from_node,
      path: body.path,
      input: body.input,
    })
    if (!prefersAsync) await waitFor(runId, body.wait, request)
    return new Reply({
      json: await getRun({ principal, runId }),
      status: 201,
      headers: { Location: `/v1/runs/${runId}` },
    })
  }),

  defineRoute(contracts.getRetryPlan, ({ principal, params, query }) =>
    planRetry({ principal, runId: params.run_id, fromNode: query.from_node, path: query.path?.split('/') }),
  ),

  defineRoute(contracts.listSegments, ({ principal, params, query }) =>
    listSegments({ principal, runId: params.run_id, limit: query.limit, cursor: query.cursor }),
  ),

  defineRoute(contracts.listNodeRuns, ({ principal, params, query }) =>
    listNodeRuns({
      principal,
      runId: params.run_id,
      nodeKey: query.node_key,
      limit: query.limit,
      cursor: query.cursor,
    }),
  ),

  defineRoute(contracts.getBlob, async ({ principal, params }) => {
    const body = await getBlob({ principal, runId: params.run_id, blobId: params.blob_id })
    return new Reply({ raw: body, headers: { 'Content-Type': 'application/json; charset=utf-8' } })
  }),
]

function triggerOf(principal: Principal): string {
  return principal.kind === 'user' ? 'browser' : 'api'
}

async function waitFor(
  runId: string,
  seconds: number | undefined,
  request: Request,
  rest?: StartedRun['rest'],
): Promise<void> {
  if (seconds !== undefined && seconds > 0)
    await awaitRun({ runId, timeoutMs: seconds * 1_000, signal: request.signal, rest })
}

function statusesOf(text: string | undefined): RunStatus[] | undefined {
  if (text === undefined) return undefined
  return text.split(',').map((status) => {
    const known = RUN_STATUSES.find((name) => name === status)
    if (known !== undefined) return known
    throw new AppError('validation_failed', `query.status: ${status.slice(0, 40)} is not a status of runs.`, {
      errors: [{ path: 'query.status', message: 'not a status of runs' }],
    })
  })
}

import { z } from 'zod'
import { runSchema } from '../../api/contracts/runs'
import { LISTED_STATUSES, listedStatus } from '../../api/dialects/status'
import { requirePermission } from '../../auth/authorize'
import { runEventSchema } from '../../engine/events'
import { AppError } from '../../errors'
import { MAX_NUMBER } from '../../limits'
import { commandRun } from '../../usecases/command-run'
import { getRun } from '../../usecases/get-run'
import { listEvents } from '../../usecases/list-events'
import { listNodeRuns } from '../../usecases/list-node-runs'
import { pageRuns } from '../../usecases/page-runs'
import { CHANGES, READS, tool } from '../tool'
import { idArgument, idOf, statusesOf } from './shapes'

const listedRunSchema = z.object({
  id: z.string(),
  workflow_id: z.string(),
  status: z.enum(LISTED_STATUSES),
  canonical_status: z.string(),
  error_reason: z.string().nullable(),
  error_summary: z.string().nullable(),
  created_at: z.string(),
  ended_at: z.string().nullable(),
  link_url: z.string(),
})
const stepSchema = z.object({
  node_id: z.string(),
  path: z.array(z.string()),
  status: z.string(),
  attempt: z.int(),
  input: z.unknown(),
  output: z.unknown(),
  error: z.unknown(),
  tool_calls: z.array(z.unknown()),
  started_at: z.string().nullable(),
  ended_at: z.string().nullable(),
})

/** The most steps that one answer carries; the REST API pages through all of them. */
const MAX_STEPS = 200

export const getWorkflowRunsTool = tool(
  {
    name: 'get_workflow_runs',
    title: 'Runs of a workflow',
    description:
      'The runs of a workflow, newest first; with run_id that one run with the log of its steps and model calls.',
    annotations: READS,
    permission: 'run:read',
    input: z.strictObject({
      workflow_id: idArgument('workflow'),
      run_id: idArgument('run').optional(),
      status: z.enum(LISTED_STATUSES).optional(),
      page: z.int().min(1).max(10_000).optional(),
      per_page: z.int().min(1).max(100).optional(),
    }),
    output: z.object({
      items: z.array(listedRunSchema).optional(),
      itemsTotal: z.int().optional(),
      curPage: z.int().optional(),
      nextPage: z.int().nullable().optional(),
      prevPage: z.int().nullable().optional(),
      run: listedRunSchema.extend({ output: z.unknown(), steps: z.array(stepSchema) }).optional(),
    }),
    work: async (input, { principal }) => {
      const workflowId = idOf(input.workflow_id, 'workflow_id')
      if (input.run_id !== undefined) {
        const runId = idOf(input.run_id, 'run_id')
        const run = await getRun({ principal, runId })
        if (run.workflow_id !== workflowId) throw new AppError('not_found', 'The workflow has no such run.')
        const { items } = await listNodeRuns({ principal, runId, limit: MAX_STEPS })
        const steps = items.map(
          ({ node_id, path, status, attempt, input, output, error, calls, started_at, ended_at }) => ({
            node_id,
            path,
            status,
            attempt,
            input: input ?? null,
            output: output ?? null,
            error,
            tool_calls: calls,
            started_at,
            ended_at,
          }),
        )
        return { run: { ...listed(run), output: run.output, steps } }
      }
      const page = input.page ?? 1
      const perPage = input.per_page ?? 25
      const statuses = input.status === undefined ? undefined : statusesOf(input.status)
      const { items, total } = await pageRuns({ principal, workflowId, statuses, page, perPage })
      return {
        items: items.map(listed),
        itemsTotal: total,
        curPage: page,
        nextPage: page * perPage < total ? page + 1 : null,
        prevPage: page > 1 ? page - 1 : null,
      }
    },
  },
  requirePermission,
)

function listed(run: Awaited<ReturnType<typeof pageRuns>>['items'][number]) {
  const { id, workflow_id, error_reason, error_summary, created_at, ended_at, link_url } = run
  const status = { status: listedStatus(run.status), canonical_status: run.status }
  return { id, workflow_id, ...status, error_reason, error_summary, created_at, ended_at, link_url }
}

export const answerRunTool = tool(
  {
    name: 'answer_run',
    title: 'Answer a run',
    description:
      'Answers the question that a run waits with. When several wait, name the one by its thread or node id in inputs.',
    annotations: CHANGES,
    permission: 'run:write',
    input: z.strictObject({
      run_id: idArgument('run'),
      data: z.unknown().optional().describe('The answer, as the schema of the question says.'),
      inputs: z.record(z.string(), z.unknown()).optional().describe('Answers by thread or node id.'),
    }),
    output: z.object({ run: runSchema }),
    work: async ({ run_id, data, inputs }, { principal }) => {
      const runId = idOf(run_id, 'run_id')
      await commandRun({ principal, runId, command: 'data', data, ...(inputs ? { inputs } : {}) })
      return { run: await getRun({ principal, runId }) }
    },
  },
  requirePermission,
)

export const getRunEventsTool = tool(
  {
    name: 'get_run_events',
    title: 'Events of a run',
    description: 'What happened in a run, in order, after the event with the number `after`.',
    annotations: READS,
    permission: 'run:read',
    input: z.strictObject({
      run_id: idArgument('run'),
      after: z.int().min(0).max(MAX_NUMBER).optional(),
      limit: z.int().min(1).max(500).optional(),
    }),
    output: z.object({ items: z.array(runEventSchema), next_after: z.int().nullable() }),
    work: ({ run_id, after, limit }, { principal }) =>
      listEvents({ principal, runId: idOf(run_id, 'run_id'), after: after ?? 0, limit: limit ?? 100 }),
  },
  requirePermission,
)

export const stopRunTool = tool(
  {
    name: 'stop_run',
    title: 'Stop a run',
    description: 'Stops a run: what is in flight is cut off. A run that has ended stays as it is.',
    annotations: { ...CHANGES, idempotentHint: true },
    permission: 'run:write',
    input: z.strictObject({ run_id: idArgument('run') }),
    output: z.object({ run: runSchema }),
    work: async ({ run_id }, { principal }) => {
      const runId = idOf(run_id, 'run_id')
      await commandRun({ principal, runId, command: 'stop' })
      return { run: await getRun({ principal, runId }) }
    },
  },
  requirePermission,
)

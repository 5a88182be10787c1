import { requirePermission } from '../../auth/authorize'
import { refusal } from '../../auth/permissions'
import type { Principal } from '../../auth/principal'
import { awaitRun } from '../../usecases/await-run'
import { findExposedWorkflow, listExposedWorkflows } from '../../usecases/exposed-workflows'
import { getRun } from '../../usecases/get-run'
import { cleanText } from '../clean-text'
import { RUNS, type Tool } from '../tool'
import { startOnce } from './run-workflow'

/** Names of these tools begin so, and those of our own never do. */
const PREFIX = 'wf_'
/** How long a call waits for the run before it answers how far it is. */
const WAIT_MS = 50_000
const MAX_DESCRIPTION_CHARS = 1_000

const OUTPUT_SCHEMA = {
  type: 'object',
  properties: {
    run_id: { type: 'string' },
    status: { type: 'string' },
    output: {},
    error: { type: ['string', 'null'] },
    waiting_for: { type: ['string', 'null'], description: 'The step that waits; see get_run_events and answer_run.' },
    link_url: { type: 'string' },
  },
  required: ['run_id', 'status', 'link_url'],
}

type Exposed = NonNullable<Awaited<ReturnType<typeof findExposedWorkflow>>>

/** Published workflows that are exposed as tools, by name, after `afterSlug`. None for who may not run them. */
export async function publishedTools(principal: Principal, afterSlug: string, limit: number): Promise<Tool[]> {
  if (refusal('workflow:execute', principal) !== null) return []
  return (await listExposedWorkflows({ principal, afterSlug, limit })).map(toolOf)
}

/** The tool of this name; undefined when no exposed workflow has it. */
export async function publishedTool(principal: Principal, name: string): Promise<Tool | undefined> {
  if (!name.startsWith(PREFIX)) return undefined
  const workflow = await findExposedWorkflow({ principal, slug: slugOf(name) })
  return workflow ? toolOf(workflow) : undefined
}

export function toolName(slug: string): string {
  return PREFIX + slug
}

export function slugOf(name: string): string {
  return name.slice(PREFIX.length)
}

function toolOf(workflow: Exposed): Tool {
  const about = cleanText(workflow.description, MAX_DESCRIPTION_CHARS)
  return {
    name: toolName(workflow.slug),
    title: cleanText(workflow.name, 100),
    description: about || `Runs the workflow ${cleanText(workflow.name, 100)}.`,
    annotations: RUNS,
    inputSchema: { additionalProperties: false, ...workflow.inputs, type: 'object' },
    outputSchema: OUTPUT_SCHEMA,
    run: async (args, call) => {
      requirePermission(call.principal, 'workflow:execute')
      const runId = await startOnce(workflow.id, (args ?? {}) as Record<string, unknown>, call) // checked by the start
      await awaitRun({ runId, timeoutMs: WAIT_MS, signal: call.signal })
      const run = await getRun({ principal: call.principal, runId })
      return {
        structured: {
          run_id: runId,
          status: run.status,
          output: run.output,
          error: run.error_summary,
          waiting_for: run.waiting_for,
          link_url: run.link_url,
        },
      }
    },
  }
}

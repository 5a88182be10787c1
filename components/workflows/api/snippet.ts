import type { Workflow } from '@/lib/api/contracts/workflows'
import { exampleValue } from './example-value'

/** Everything that the examples of one workflow are made of. */
export interface Example {
  origin: string
  workflowId: string
  input: unknown
  /** No version is published: the draft is what can run. */
  draft: boolean
  /** Wait for the run to end or to ask, or be answered at once. */
  wait: boolean
  /** What the first step that asks a person for data is to be answered. */
  answer: { data: unknown } | null
  /** The first step that waits for a decision. */
  approval: { nodeId: string } | null
  /** The tool over MCP that is this very workflow, when it is exposed as one. */
  tool: string | null
}

/** One thing to do, as code to copy. */
export interface Snippet {
  id: 'set-up' | 'start' | 'read' | 'events' | 'answer' | 'approve'
  title: string
  code: string
}

export const TITLES = {
  start: 'Start a run',
  read: 'Read it later',
  events: 'Follow its events',
  answer: 'Answer what it asks',
  approve: 'Approve, or reject',
} as const

/** What stands where the key goes. */
export const KEY_PLACE = 'cs_live_…'
export const WAIT_SECONDS = 30

type Definition = Workflow['definition']

/** What to show for a workflow, from the definition that its runs execute. */
export function exampleOf(
  workflow: Pick<Workflow, 'id' | 'slug' | 'active_version'>,
  definition: Definition,
  { origin, wait }: { origin: string; wait: boolean },
): Example {
  const top = definition.nodes.filter((node) => node.parentId === undefined && !node.disabled)
  const input = top.find((node) => node.type === 'input')
  const approval = top.find((node) => node.type === 'approval')
  const asked = input?.config.schema
  return {
    origin,
    workflowId: workflow.id,
    input: exampleValue(definition.inputs),
    draft: workflow.active_version === null,
    wait,
    answer: input ? { data: isObject(asked) ? exampleValue(asked) : {} } : null,
    approval: approval ? { nodeId: approval.id } : null,
    tool: definition.settings.exposeAsTool && workflow.active_version ? `wf_${workflow.slug}` : null,
  }
}

/** The body of the start. */
export function startBody({ input, draft, wait }: Example): Record<string, unknown> {
  return { input, ...(draft ? { draft: true } : {}), ...(wait ? { wait: WAIT_SECONDS } : {}) }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

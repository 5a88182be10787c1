import { z } from 'zod'
import type { Workflow } from '@/lib/api/contracts/workflows'
import { definitionSchema, type WorkflowDefinition } from '@/lib/workflow/document'

/** A workflow as a file: what another installation needs to have the same one. No ids, no runs, no secrets. */
const workflowFileSchema = z.object({
  /** Absent in what the API answers, which can be imported as well. */
  format: z.literal('countersign/workflow@1').default('countersign/workflow@1'),
  name: z.string().trim().min(1).max(100),
  description: z.string().max(4_000).default(''),
  tags: z.array(z.string()).default([]),
  definition: definitionSchema,
})
export type WorkflowFile = z.infer<typeof workflowFileSchema>

export const MAX_FILE_BYTES = 5_000_000

export function toWorkflowFile(workflow: Pick<Workflow, 'name' | 'description' | 'tags' | 'definition'>): WorkflowFile {
  const { name, description, tags, definition } = workflow
  return { format: 'countersign/workflow@1', name, description, tags, definition }
}

/** `earthquake-bulletin.workflow.json` */
export function fileNameOf(slug: string): string {
  return `${slug}.workflow.json`
}

export type ParsedFile =
  | { ok: true; file: WorkflowFile }
  /** `problems`: at most five, each naming the place. */
  | { ok: false; message: string; problems: string[] }

/** Reads an exported file, or a bare definition; then the name comes from the file's own. */
export function parseWorkflowFile(text: string, fileName: string): ParsedFile {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'it cannot be read'
    return { ok: false, message: 'This file is not JSON.', problems: [reason] }
  }
  const isBare = typeof json === 'object' && json !== null && 'nodes' in json && !('definition' in json)
  const parsed = isBare ? parseBare(json, fileName) : workflowFileSchema.safeParse(json)
  if (parsed.success) return { ok: true, file: parsed.data }
  const problems = parsed.error.issues.map((issue) => {
    const path = issue.path.map(String).join('.')
    return path === '' ? issue.message : `${path}: ${issue.message}`
  })
  return {
    ok: false,
    message: 'This is JSON, but not a Countersign workflow.',
    problems: problems.slice(0, 5),
  }
}

function parseBare(json: unknown, fileName: string) {
  const parsed = definitionSchema.safeParse(json)
  if (!parsed.success) return parsed
  return { success: true as const, data: fileOf(parsed.data, fileName) }
}

function fileOf(definition: WorkflowDefinition, fileName: string): WorkflowFile {
  const name = fileName
    .replace(/\.json$/i, '')
    .replace(/\.workflow$/i, '')
    .replace(/[-_]+/g, ' ')
    .trim()
  return {
    format: 'countersign/workflow@1',
    name: name === '' ? 'Imported workflow' : name.slice(0, 100),
    description: '',
    tags: [],
    definition,
  }
}

/** Hands a file to the browser's downloads. */
export function downloadJson(fileName: string, value: unknown): void {
  const url = URL.createObjectURL(new Blob([`${JSON.stringify(value, null, 2)}\n`], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = fileName
  link.click()
  URL.revokeObjectURL(url)
}

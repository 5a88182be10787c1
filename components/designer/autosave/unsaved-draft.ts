import { z } from 'zod'
import { definitionSchema } from '@/lib/workflow/document'
import type { Draft } from './autosave'

/** An unsaved draft in this browser: what a crash, a closed tab or a lost connection would otherwise cost. */
export interface UnsavedDraft {
  draft: Draft
  /** What the server had when these changes were made. */
  revision: number
  atMs: number
}

const schema = z.object({
  draft: z.object({
    definition: definitionSchema.optional(),
    name: z.string().optional(),
    description: z.string().optional(),
    tags: z.array(z.string()).optional(),
  }),
  revision: z.int(),
  atMs: z.number(),
})

function key(workflowId: string): string {
  return `countersign:unsaved:${workflowId}`
}

/** Undefined when there is none, or one that cannot be read. */
export function readUnsaved(storage: Pick<Storage, 'getItem'>, workflowId: string): UnsavedDraft | undefined {
  try {
    const text = storage.getItem(key(workflowId))
    const parsed = text === null ? undefined : schema.safeParse(JSON.parse(text))
    return parsed?.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}

/** Null removes it. A full or forbidden storage must not stop the person from working: the server has the last word. */
export function writeUnsaved(
  storage: Pick<Storage, 'setItem' | 'removeItem'>,
  workflowId: string,
  unsaved: UnsavedDraft | null,
): void {
  try {
    if (unsaved === null) storage.removeItem(key(workflowId))
    else storage.setItem(key(workflowId), JSON.stringify(unsaved))
  } catch {
    // Said above.
  }
}

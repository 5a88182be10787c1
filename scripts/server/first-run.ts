import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/** `DATA_DIR/first-run.json`: how to get in after the first start with the demo seed. Mode 0600. */
const firstRunSchema = z.object({
  url: z.string(),
  email: z.string(),
  password: z.string(),
  api_key: z.string(),
  workflows: z.record(z.string(), z.string()),
})
export type FirstRun = z.infer<typeof firstRunSchema>

export function firstRunFile(dataFolder: string): string {
  return join(dataFolder, 'first-run.json')
}

/** Undefined when there is none, or when it cannot be read as one. */
export async function readFirstRun(dataFolder: string): Promise<FirstRun | undefined> {
  const text = await readFile(firstRunFile(dataFolder), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    return firstRunSchema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** Writes it whole or not at all. */
export async function writeFirstRun(dataFolder: string, firstRun: FirstRun): Promise<void> {
  const draft = `${firstRunFile(dataFolder)}.new`
  await writeFile(draft, `${JSON.stringify(firstRun, null, 2)}\n`, { mode: 0o600 })
  await rename(draft, firstRunFile(dataFolder))
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface FirstRun {
  url: string
  email: string
  password: string
  api_key: string
  workflows: Record<'earthquake-bulletin' | 'support-intake', string>
}

/** Where the signed-in session of all journeys is kept. */
export const SIGNED_IN = join(import.meta.dirname, '..', 'test-results', 'signed-in.json')

/** What the first start wrote for its owner. */
export function firstRun(): FirstRun {
  return JSON.parse(readFileSync(process.env.FIRST_RUN ?? '.data/first-run.json', 'utf8')) as FirstRun
}

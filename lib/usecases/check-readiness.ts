import { pool } from '../db/client'
import { pendingMigrations } from '../db/migration-files'
import { hasLiveWorker } from '../db/workers'

export interface Readiness {
  database: boolean
  /** Every migration of this code is applied. */
  migrations: boolean
  /** Some worker, here or elsewhere, is alive. */
  worker: boolean
}

/** An answer is kept this long: the question is public, and asking must not cost the database more than one query a second. */
const KEPT_MS = 1_000

let kept: { answer: Promise<Readiness>; untilMs: number } | undefined

/** Whether runs can be accepted and are executed. Never throws: what cannot be asked has failed. */
export function checkReadiness(nowMs = Date.now()): Promise<Readiness> {
  if (kept === undefined || nowMs >= kept.untilMs) kept = { answer: check(), untilMs: nowMs + KEPT_MS }
  return kept.answer
}

async function check(): Promise<Readiness> {
  const [database, migrations, worker] = await Promise.all([
    succeeds(async () => (await pool().query('select 1')).rowCount === 1),
    succeeds(async () => (await pendingMigrations(pool())).length === 0),
    succeeds(hasLiveWorker),
  ])
  return { database, migrations, worker }
}

async function succeeds(question: () => Promise<boolean>): Promise<boolean> {
  try {
    return await question()
  } catch {
    return false
  }
}

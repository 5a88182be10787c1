import type { Segment } from '../api/contracts/runs'
import type { Principal } from '../auth/principal'
import { badCursor } from '../db/cursor'
import { findRun } from '../db/run-reads'
import { readSegments } from '../db/run-segments'
import type { Id } from '../ids'
import { noSuchRun } from './get-run'

/** Pairs of what a run was given and what it gave back or asked next, in order. Throws `not_found`. */
export async function listSegments(of: {
  principal: Principal
  runId: Id
  limit: number
  cursor?: string
}): Promise<{ items: Segment[]; next_cursor: string | null }> {
  const from = of.cursor === undefined ? 0 : placeOf(of.cursor)
  const run = await findRun({ teamId: of.principal.team.id, runId: of.runId })
  if (run === undefined) throw noSuchRun()
  const { items, total } = await readSegments(run, from, of.limit)
  return { items, next_cursor: from + of.limit < total ? String(from + of.limit) : null }
}

function placeOf(cursor: string): number {
  if (!/^[1-9]\d{0,8}$/.test(cursor)) throw badCursor()
  return Number(cursor)
}

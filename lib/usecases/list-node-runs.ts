import type { NodeRun } from '../api/contracts/runs'
import type { Principal } from '../auth/principal'
import { badCursor } from '../db/cursor'
import { listNodeRunRows } from '../db/run-reads'
import type { Id } from '../ids'
import { getRunHead } from './get-run-head'
import { presentNodeRun } from './present-run'

/** What every node of a run did, in the order of their keys. Throws `not_found`. */
export async function listNodeRuns(of: {
  principal: Principal
  runId: Id
  nodeKey?: string
  limit: number
  cursor?: string
}): Promise<{ items: NodeRun[]; next_cursor: string | null }> {
  const { principal, runId, nodeKey, limit } = of
  const afterKey = of.cursor === undefined ? undefined : keyOfCursor(of.cursor)
  await getRunHead({ principal, runId })
  const rows = await listNodeRunRows({ teamId: principal.team.id, runId, nodeKey, afterKey, limit: limit + 1 })
  const page = rows.slice(0, limit)
  const last = rows.length > limit ? page.at(-1) : undefined
  return { items: page.map(presentNodeRun), next_cursor: last === undefined ? null : cursorOfKey(last.node_key) }
}

function cursorOfKey(key: string): string {
  return Buffer.from(key).toString('base64url')
}

function keyOfCursor(cursor: string): string {
  const key = Buffer.from(cursor, 'base64url').toString()
  if (key === '' || key.includes('\0') || cursorOfKey(key) !== cursor) throw badCursor()
  return key
}

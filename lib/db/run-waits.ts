import type { Id } from '../ids'
import { pool } from './client'
import { loadDefinition } from './definitions'

/** An open wait that a person or program answers, with what the log and the definition say of it. */
export interface OpenHumanWait {
  id: Id
  nodeId: string
  nodeName: string
  nodeKey: string
  path: string[]
  kind: 'approval' | 'input'
  thread: string | null
  request: Record<string, unknown>
  shownHash: string | null
  dueAt: Date | null
  createdAt: Date
}

/** The open human waits of a run, oldest first. */
export async function loadRunWaits(runId: Id): Promise<OpenHumanWait[]> {
  const result = await pool().query<Omit<OpenHumanWait, 'nodeName'> & { definitionId: Id }>({
    name: 'open_human_waits',
    text: `SELECT w.id, w.node_id AS "nodeId", w.node_key AS "nodeKey", w.path, w.kind, w.request, w.shown_hash AS "shownHash",
             w.due_at AS "dueAt", w.created_at AS "createdAt", r.definition_id AS "definitionId",
             (SELECT e.data ->> 'thread' FROM run_events e
               WHERE e.run_id = r.id AND e.type = 'node_waiting' AND e.data ->> 'wait_id' = w.id::text) AS thread
           FROM waits w JOIN runs r ON r.id = w.run_id
           WHERE w.run_id = $1 AND w.state = 'open' AND w.kind IN ('approval', 'input') ORDER BY w.created_at, w.id`,
    values: [runId],
  })
  const [first] = result.rows
  if (!first) return []
  const definition = await loadDefinition(first.definitionId)
  const names = new Map(definition.nodes.map((node) => [node.id, node.name]))
  return result.rows.map(({ definitionId: _, ...row }) => ({ ...row, nodeName: names.get(row.nodeId) ?? row.nodeId }))
}

import type { Id } from '../ids'
import { pool } from './client'
import { loadDefinition } from './definitions'
import { familySql } from './run-family'

/** An open wait that a person or program answers, with what the log and the definition say of it. */
export interface OpenHumanWait {
  id: Id
  /** The run itself, or the run of a sub-workflow that it waits for. */
  runId: Id
  teamId: Id
  workflowId: Id
  /** The limit of runs at once that its definition has. */
  workflowCap: number | null
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

/** The open human waits of a run and of the sub-workflows that it waits for, oldest first. */
export async function loadRunWaits(runId: Id): Promise<OpenHumanWait[]> {
  const { rows } = await pool().query<Omit<OpenHumanWait, 'nodeName'> & { definitionId: Id }>({
    name: 'open_human_waits',
    text: `SELECT w.id, w.run_id AS "runId", w.team_id AS "teamId", w.workflow_id AS "workflowId", r.workflow_cap AS "workflowCap",
             w.node_id AS "nodeId", w.node_key AS "nodeKey", w.path, w.kind, w.request, w.shown_hash AS "shownHash",
             w.due_at AS "dueAt", w.created_at AS "createdAt", r.definition_id AS "definitionId",
             f.place || (SELECT e.data ->> 'thread' FROM run_events e
               WHERE e.run_id = r.id AND e.type = 'node_waiting' AND e.data ->> 'wait_id' = w.id::text) AS thread
           FROM ${familySql('$1::uuid')} f JOIN runs r ON r.id = f.id JOIN waits w ON w.run_id = r.id
           WHERE w.state = 'open' AND w.kind IN ('approval', 'input') ORDER BY w.created_at, w.id`,
    values: [runId],
  })
  return Promise.all(
    rows.map(async ({ definitionId, ...row }) => {
      const { nodes } = await loadDefinition(definitionId)
      return { ...row, nodeName: nodes.find((node) => node.id === row.nodeId)?.name ?? row.nodeId }
    }),
  )
}

import type { Id } from '../ids'
import { pool } from './client'

/**
 * What a limit counts: the runs of a team, or those of a workflow whose definition has a limit of its own. Two versions of
 * one workflow may have different limits; each run obeys that of its own definition, against the runs of all of them.
 */
export type SlotScope = { kind: 'team'; id: Id } | { kind: 'workflow'; id: Id; cap: number }

/** A workflow whose runs have a limit of their own. */
export interface LimitedWorkflow {
  workflowId: Id
  cap: number
}

export interface SlotGrant {
  slots: number
  /** Slots of the same scope that other live workers have: they may have idle ones to give back. */
  others: number
}

/**
 * Grants a worker at most `want` more slots, atomically: the sum over live workers stays within the limit. A worker whose
 * lease has ended gets none. A grant that nobody heard of is made good by the next {@link setSlots}.
 */
export async function grantSlots(worker: Id, scope: SlotScope, want: number): Promise<SlotGrant> {
  const result = await pool().query<SlotGrant>({
    name: 'grant_slots',
    text: 'SELECT slots, others FROM grant_slots($1, $2, $3, $4, $5)',
    values: [worker, scope.kind, scope.id, capOf(scope), want],
  })
  return result.rows[0] ?? { slots: 0, others: 0 }
}

/** Gives slots back: the worker has `granted` of them from now on. Nobody else writes its rows, so repeating is harmless. */
export async function setSlots(worker: Id, scope: SlotScope, granted: number): Promise<void> {
  await pool().query({
    name: 'set_slots',
    text: `UPDATE worker_slots SET granted = $5 WHERE worker_id = $1 AND kind = $2 AND scope_id = $3 AND cap = $4 AND granted > $5`,
    values: [worker, scope.kind, scope.id, capOf(scope), granted],
  })
}

/** By how much the limit of each team, of which this worker has slots, is exceeded since somebody lowered it. */
export async function findExceededTeams(worker: Id): Promise<{ teamId: Id; excess: number }[]> {
  const result = await pool().query<{ teamId: Id; excess: number }>({
    name: 'exceeded_teams',
    text: `
      SELECT t.id AS "teamId", (sum(s.granted) - t.max_concurrent_runs)::int AS excess
      FROM worker_slots own JOIN teams t ON t.id = own.scope_id
      JOIN worker_slots s ON s.kind = 'team' AND s.scope_id = t.id
      JOIN workers w ON w.id = s.worker_id AND w.lease_until > clock_timestamp()
      WHERE own.worker_id = $1 AND own.kind = 'team' AND own.granted > 0
      GROUP BY t.id HAVING sum(s.granted) > t.max_concurrent_runs`,
    values: [worker],
  })
  return result.rows
}

/** Forgets the rows of slots that were given back. */
export async function forgetSlots(): Promise<void> {
  await pool().query('DELETE FROM worker_slots WHERE granted = 0')
}

function capOf(scope: SlotScope): number {
  return scope.kind === 'workflow' ? scope.cap : 0
}

import type { PoolClient } from 'pg'
import type { AuditAction } from '../audit-actions'
import type { Id } from '../ids'
import { type AuditBy, recordAudit } from './audit'

/** Records what somebody did to a run, in the transaction that does it. The run is named as its workflow is. */
export async function recordRunAudit(
  client: PoolClient,
  of: { runId: Id; by: AuditBy; action: AuditAction; details?: Record<string, unknown> },
): Promise<void> {
  const { runId, by, action, details } = of
  const { rows } = await client.query<{ name: string }>(
    'SELECT w.name FROM runs r JOIN workflows w ON w.id = r.workflow_id WHERE r.id = $1',
    [runId],
  )
  await recordAudit(client, { ...by, action, target: { type: 'run', id: runId, name: rows[0]?.name ?? '' }, details })
}

import type { PoolClient } from 'pg'
import type { AuditAction } from '../audit-actions'
import type { Id } from '../ids'
import { type AuditBy, appendAudit, lockAuditHead } from './audit'
import { together } from './transaction'

/**
 * Records what somebody did to a run, in the transaction that does it. The run is named as its workflow is. `atLast`: of
 * {@link inTransaction}, where this is the last thing that is done in it.
 */
export async function recordRunAudit(
  client: PoolClient,
  of: { runId: Id; by: AuditBy; action: AuditAction; details?: Record<string, unknown> },
  atLast?: (statement: Promise<unknown>) => void,
): Promise<void> {
  const { runId, by, action, details } = of
  const [{ rows }, head] = await together(
    client.query<{ name: string }>({
      name: 'name_of_run',
      text: 'SELECT w.name FROM runs r JOIN workflows w ON w.id = r.workflow_id WHERE r.id = $1',
      values: [runId],
    }),
    lockAuditHead(client, by.teamId),
  )
  const target = { type: 'run' as const, id: runId, name: rows[0]?.name ?? '' }
  const appended = appendAudit(client, head, { ...by, action, target, details })
  if (atLast) atLast(appended)
  else await appended
}

import type { AuditRecord, AuditVerification } from '../api/contracts/audit'
import { requirePermission } from '../auth/authorize'
import type { Principal } from '../auth/principal'
import { AUDIT_ALGORITHM } from '../db/audit-chain'
import {
  type AuditFilter,
  findAuditRange,
  listAuditRecords,
  readAuditRecords,
  verifyAuditChain,
} from '../db/audit-reads'

/** What was done in the caller's team, newest first. */
export async function listAudit(
  of: { principal: Principal } & Omit<AuditFilter, 'teamId'>,
): Promise<{ items: AuditRecord[]; next_cursor: string | null }> {
  requirePermission(of.principal, 'audit:read')
  const { principal, ...filter } = of
  const { records, nextCursor } = await listAuditRecords({ ...filter, teamId: principal.team.id })
  return { items: records, next_cursor: nextCursor }
}

/** Whether the log of the caller's team is whole: every hash computed anew, from the first record that is kept to the last. */
export async function verifyAudit(of: { principal: Principal }): Promise<AuditVerification> {
  requirePermission(of.principal, 'audit:read')
  const { after, head, records, fault } = await verifyAuditChain(of.principal.team.id)
  return { valid: fault === null, records, after, head, fault }
}

/** The log, or the part of it that a time cuts out, as a file that `npm run verify-audit` checks. JSON text, piece by piece. */
export async function exportAudit(of: {
  principal: Principal
  from?: Date | undefined
  to?: Date | undefined
}): Promise<AsyncGenerator<string, void, undefined>> {
  requirePermission(of.principal, 'audit:read')
  const { principal, ...times } = of
  const teamId = principal.team.id
  return write(teamId, await findAuditRange({ teamId, ...times }))
}

async function* write(
  teamId: string,
  { after, lastSeq }: Awaited<ReturnType<typeof findAuditRange>>,
): AsyncGenerator<string, void, undefined> {
  const head = { algorithm: AUDIT_ALGORITHM, team_id: teamId, after }
  yield `${JSON.stringify(head).slice(0, -1)},"records":[`
  let last = after
  for await (const records of readAuditRecords({ teamId, after: after.seq, lastSeq })) {
    const text = records.map((record) => `\n${JSON.stringify(record)}`).join(',')
    yield `${last === after ? '' : ','}${text}`
    last = records.at(-1) ?? last
  }
  yield `\n],"end":${JSON.stringify({ seq: last.seq, hash: last.hash, records: last.seq - after.seq })}}\n`
}

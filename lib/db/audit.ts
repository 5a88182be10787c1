import type { PoolClient } from 'pg'
import type { AuditAction } from '../audit-actions'
import type { Principal } from '../auth/principal'
import { type Id, newId } from '../ids'
import { type AuditActor, type AuditTarget, auditGenesis, auditHash } from './audit-chain'
import type { Prisma } from './generated/client'

/** The transaction in which the recorded thing happens, of either client. */
type Transaction = PoolClient | Prisma.TransactionClient

/** On whose account something is recorded, and how the request came. */
export interface AuditBy {
  teamId: Id
  actor: AuditActor
  requestId: string | null
  ip: string | null
}

export interface AuditEntry extends AuditBy {
  action: AuditAction
  target: AuditTarget
  /** Plain JSON that says what changed. Never a secret, nor anything that a person typed in confidence. */
  details?: Record<string, unknown>
}

export function auditBy(principal: Principal): AuditBy {
  const { kind, id, name, team, request } = principal
  return {
    teamId: team.id,
    actor: { kind, id, name },
    requestId: request?.id ?? null,
    ip: request?.address ?? null,
  }
}

/** What the product does by itself. */
export function auditBySystem(teamId: Id): AuditBy {
  return { teamId, actor: { kind: 'system', id: null, name: 'Countersign' }, requestId: null, ip: null }
}

/**
 * Appends a record to the chain of its team, as part of `tx`: it stands exactly when what it tells of does. The head of the chain
 * stays locked until `tx` ends, so this comes last in it; whoever took another lock after it could wait in a circle.
 */
export async function recordAudit(tx: Transaction, entry: AuditEntry): Promise<void> {
  await appendAudit(tx, await lockAuditHead(tx, entry.teamId), entry)
}

/** The end of a team's chain, locked. */
interface AuditHead {
  seq: number
  hash: string
  at: string
}

/** The first half of {@link recordAudit}, for who sends it together with other statements. */
export async function lockAuditHead(tx: Transaction, teamId: Id): Promise<AuditHead> {
  const genesis = auditGenesis(teamId)
  const [head] = await query<AuditHead>(
    tx,
    'audit_head',
    `INSERT INTO audit_heads AS h (team_id, hash, pruned_hash) VALUES ($1::uuid, $2::text, $2::text)
     ON CONFLICT (team_id) DO UPDATE SET seq = h.seq
     RETURNING seq, hash, to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at`,
    [teamId, genesis],
  )
  if (head === undefined) throw new Error('the head of an audit log was not locked') // the statement always answers a row
  return head
}

/** The second half of {@link recordAudit}. */
export async function appendAudit(tx: Transaction, head: AuditHead, entry: AuditEntry): Promise<void> {
  const { teamId, actor, action, target, requestId, ip, details = {} } = entry
  const record = {
    id: newId(),
    team_id: teamId,
    seq: head.seq + 1,
    at: head.at,
    actor,
    action,
    target,
    details,
    request_id: requestId,
    ip,
  }
  await query(
    tx,
    'audit_append',
    `WITH head AS (UPDATE audit_heads SET seq = $3::int, hash = $16::text WHERE team_id = $2::uuid)
     INSERT INTO audit_events (id, team_id, seq, at, actor_kind, actor_id, actor_name, action, target_type, target_id, target_name,
       details, request_id, ip, previous_hash, hash)
     VALUES ($1::uuid, $2::uuid, $3::int, $4::timestamptz, $5::text, $6::uuid, $7::text, $8::text, $9::text, $10::uuid, $11::text,
       $12::text::json, $13::text, $14::text, $15::text, $16::text)`,
    [
      record.id,
      teamId,
      record.seq,
      record.at,
      actor.kind,
      actor.id,
      actor.name,
      action,
      target.type,
      target.id,
      target.name,
      JSON.stringify(details),
      requestId,
      ip,
      head.hash,
      auditHash(record, head.hash),
    ],
  )
}

async function query<Row>(tx: Transaction, name: string, text: string, values: unknown[]): Promise<Row[]> {
  if ('$queryRawUnsafe' in tx) return tx.$queryRawUnsafe<Row[]>(text, ...values)
  const { rows } = await tx.query({ name, text, values })
  return rows as Row[] // the columns that the statement names
}

import type { Id } from '../ids'
import { hashOf } from './json-hash'

/** The algorithm of docs/audit.md. Pure: the same in the database's writer, in the verifier here and in the one offline. */
export const AUDIT_ALGORITHM = 'countersign-audit-1'

/** Who did it. `anonymous`: somebody who did not prove who they are. */
export interface AuditActor {
  kind: 'user' | 'api_key' | 'oauth' | 'system' | 'anonymous'
  id: Id | null
  name: string
}

export interface AuditTarget {
  type: string
  id: Id | null
  name: string
}

/** Everything of a record that its hash covers, but for the hash of the record before it. */
export interface AuditContent {
  id: Id
  team_id: Id
  seq: number
  at: string
  actor: AuditActor
  action: string
  target: AuditTarget
  details: Record<string, unknown>
  request_id: string | null
  ip: string | null
}

export interface AuditRecord extends AuditContent {
  previous_hash: string
  hash: string
}

/** One place in a chain: the number of a record, and its hash. */
export interface AuditPlace {
  seq: number
  hash: string
}

/** What the first record of a team follows. */
export function auditGenesis(teamId: Id): string {
  return hashOf({ algorithm: AUDIT_ALGORITHM, team_id: teamId })
}

export function auditHash(content: AuditContent, previousHash: string): string {
  const { id, team_id, seq, at, actor, action, target, details, request_id, ip } = content
  return hashOf({
    previous_hash: previousHash,
    id,
    team_id,
    seq,
    at,
    actor: { kind: actor.kind, id: actor.id, name: actor.name },
    action,
    target: { type: target.type, id: target.id, name: target.name },
    details,
    request_id,
    ip,
  })
}

/** What is wrong with a record that should follow `last`; undefined: nothing. */
export function auditFault(record: AuditRecord, last: AuditPlace): string | undefined {
  if (record.seq !== last.seq + 1) return `Record ${last.seq + 1} is missing.`
  if (record.previous_hash !== last.hash) return `Record ${record.seq} does not follow the record before it.`
  if (record.hash !== auditHash(record, record.previous_hash)) return `Record ${record.seq} was changed.`
  return undefined
}

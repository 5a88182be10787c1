import type { PoolClient } from 'pg'
import type { Id } from '../ids'
import { type AuditPlace, type AuditRecord, auditFault, auditGenesis } from './audit-chain'
import { pool } from './client'
import { badCursor } from './cursor'
import { inTransaction } from './transaction'

/** Records in memory at the same time when a chain is read as a whole. */
const BATCH = 500

export interface AuditFilter {
  teamId: Id
  limit: number
  cursor?: string | undefined
  actorId?: Id | undefined
  /** An action, or what stands before the dot of several. */
  action?: string | undefined
  targetId?: Id | undefined
  from?: Date | undefined
  to?: Date | undefined
}

const RECORD = `e.id, e.team_id, e.seq, e.at, json_build_object('kind', e.actor_kind, 'id', e.actor_id, 'name', e.actor_name) AS actor,
  e.action, json_build_object('type', e.target_type, 'id', e.target_id, 'name', e.target_name) AS target, e.details, e.request_id, e.ip,
  e.previous_hash, e.hash`

type Row = Omit<AuditRecord, 'at'> & { at: Date }

/** Records of a team, newest first. */
export async function listAuditRecords(
  filter: AuditFilter,
): Promise<{ records: AuditRecord[]; nextCursor: string | null }> {
  const { rows } = await pool().query<Row>(
    `SELECT ${RECORD} FROM audit_events e
      WHERE e.team_id = $1 AND ($2::int IS NULL OR e.seq < $2) AND ($3::uuid IS NULL OR e.actor_id = $3)
        AND ($4::text IS NULL OR e.action = $4 OR e.action LIKE $4 || '.%') AND ($5::uuid IS NULL OR e.target_id = $5)
        AND ($6::timestamptz IS NULL OR e.at >= $6) AND ($7::timestamptz IS NULL OR e.at < $7)
      ORDER BY e.seq DESC LIMIT $8`,
    [
      filter.teamId,
      filter.cursor === undefined ? null : seqOf(filter.cursor),
      filter.actorId ?? null,
      filter.action ?? null,
      filter.targetId ?? null,
      filter.from ?? null,
      filter.to ?? null,
      filter.limit + 1,
    ],
  )
  const records = rows.slice(0, filter.limit).map(toRecord)
  const last = records.at(-1)
  return { records, nextCursor: rows.length > filter.limit && last ? cursorOf(last.seq) : null }
}

/** Where a chain begins (the last record that retention removed, or what the first one follows) and where it ends. */
export interface AuditChain {
  after: AuditPlace
  head: AuditPlace
}

export interface AuditVerdict extends AuditChain {
  /** Records that were checked. */
  records: number
  fault: { seq: number; message: string } | null
}

/** Reads the whole chain of a team and computes every hash anew; stops at the first thing that is wrong. */
export async function verifyAuditChain(teamId: Id): Promise<AuditVerdict> {
  return inTransaction(async (client) => {
    // One moment for head and records: others go on writing meanwhile.
    await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY')
    const chain = await readChain(client, teamId)
    const { after, head } = chain
    const told = (seq: number, message: string) => ({ seq, message })
    if (after.seq === 0 && after.hash !== auditGenesis(teamId)) {
      return { ...chain, records: 0, fault: told(0, 'The head of the log does not belong to this team.') }
    }
    let last = after
    for (;;) {
      const records = await readRecords(client, { teamId, after: last.seq })
      for (const record of records) {
        const fault = auditFault(record, last)
        if (fault !== undefined) return { ...chain, records: last.seq - after.seq, fault: told(record.seq, fault) }
        last = { seq: record.seq, hash: record.hash }
      }
      if (records.length < BATCH) break
    }
    const records = last.seq - after.seq
    if (last.seq < head.seq) {
      return { ...chain, records, fault: told(last.seq + 1, `Records ${last.seq + 1} to ${head.seq} are missing.`) }
    }
    if (last.seq > head.seq) {
      return { ...chain, records, fault: told(head.seq + 1, `Record ${head.seq + 1} was added past the end.`) }
    }
    if (last.hash !== head.hash) return { ...chain, records, fault: told(last.seq, 'The log ends with another hash.') }
    return { ...chain, records, fault: null }
  })
}

/** The numbers of the first and last record of a time, and what stands before the first; the whole chain without bounds. */
export async function findAuditRange(of: {
  teamId: Id
  from?: Date | undefined
  to?: Date | undefined
}): Promise<{ after: AuditPlace; lastSeq: number }> {
  const client = pool()
  const { after, head } = await readChain(client, of.teamId)
  const { rows } = await client.query<{ first: number | null; last: number | null }>(
    `SELECT (SELECT min(seq) FROM audit_events WHERE team_id = $1 AND seq <= $4 AND at >= coalesce($2::timestamptz, '-infinity')) AS first,
            (SELECT max(seq) FROM audit_events WHERE team_id = $1 AND seq <= $4 AND at < coalesce($3::timestamptz, 'infinity')) AS last`,
    [of.teamId, of.from ?? null, of.to ?? null, head.seq],
  )
  const first = rows[0]?.first ?? head.seq + 1
  const lastSeq = Math.max(rows[0]?.last ?? after.seq, first - 1)
  if (first === after.seq + 1) return { after, lastSeq }
  const { rows: before } = await client.query<AuditPlace>(
    'SELECT seq, hash FROM audit_events WHERE team_id = $1 AND seq = $2',
    [of.teamId, first - 1],
  )
  return { after: before[0] ?? after, lastSeq }
}

/** Records after one number up to another, oldest first, in batches. */
export async function* readAuditRecords(of: {
  teamId: Id
  after: number
  lastSeq: number
}): AsyncGenerator<AuditRecord[], void, undefined> {
  for (let { after } = of; after < of.lastSeq; ) {
    const records = await readRecords(pool(), { ...of, after })
    const last = records.at(-1)
    if (last === undefined) return
    yield records
    after = last.seq
  }
}

async function readChain(client: Pick<PoolClient, 'query'>, teamId: Id): Promise<AuditChain> {
  const { rows } = await client.query<{ seq: number; hash: string; pruned_seq: number; pruned_hash: string }>(
    'SELECT seq, hash, pruned_seq, pruned_hash FROM audit_heads WHERE team_id = $1',
    [teamId],
  )
  const row = rows[0]
  const genesis = { seq: 0, hash: auditGenesis(teamId) }
  if (row === undefined) return { after: genesis, head: genesis }
  return { after: { seq: row.pruned_seq, hash: row.pruned_hash }, head: { seq: row.seq, hash: row.hash } }
}

async function readRecords(
  client: Pick<PoolClient, 'query'>,
  of: { teamId: Id; after: number; lastSeq?: number },
): Promise<AuditRecord[]> {
  const { rows } = await client.query<Row>(
    `SELECT ${RECORD} FROM audit_events e
      WHERE e.team_id = $1 AND e.seq > $2 AND ($3::int IS NULL OR e.seq <= $3) ORDER BY e.seq LIMIT ${BATCH}`,
    [of.teamId, of.after, of.lastSeq ?? null],
  )
  return rows.map(toRecord)
}

function toRecord(row: Row): AuditRecord {
  return { ...row, at: row.at.toISOString() }
}

function cursorOf(seq: number): string {
  return Buffer.from(`audit ${seq}`).toString('base64url')
}

function seqOf(cursor: string): number {
  const digits = /^audit (\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'))?.[1]
  if (digits === undefined) throw badCursor()
  return Number(digits)
}

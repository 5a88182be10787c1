import type pg from 'pg'
import { describe, expect, test } from 'vitest'
import { newId } from '../ids'
import { makeTeam } from '../testing/people'
import { auditBySystem, recordAudit } from './audit'
import { findAuditRange, readAuditRecords, verifyAuditChain } from './audit-reads'
import { pruneAudit } from './audit-retention'
import { pool, prisma } from './client'
import { inTransaction } from './transaction'

const AT_ONCE = 50

async function teamWith(records: number): Promise<string> {
  const { id } = await makeTeam()
  for (let n = 0; n < records; n++) await inTransaction((client) => recordAudit(client, entry(id, `Agent ${n}`)))
  return id
}

function entry(teamId: string, name: string) {
  return {
    ...auditBySystem(teamId),
    action: 'agent.created',
    target: { type: 'agent', id: newId(), name },
    details: { b: [1.5, null, 'é\u2028'], a: { deep: true } },
  } as const
}

async function seqsOf(teamId: string): Promise<number[]> {
  const { rows } = await pool().query<{ seq: number }>('SELECT seq FROM audit_events WHERE team_id = $1 ORDER BY seq', [
    teamId,
  ])
  return rows.map(({ seq }) => seq)
}

async function refused(text: string, values: unknown[] = []): Promise<string | undefined> {
  const error = await pool()
    .query(text, values)
    .then(
      () => undefined,
      (thrown: pg.DatabaseError) => thrown,
    )
  return error?.constraint
}

describe('the writer of the audit log', () => {
  test('makes one unbroken chain of what many write at once, by either client', async () => {
    const { id } = await makeTeam()
    await Promise.all(
      Array.from({ length: AT_ONCE }, (_, n) =>
        n % 2 === 0
          ? inTransaction((client) => recordAudit(client, entry(id, `Agent ${n}`)))
          : prisma().$transaction((tx) => recordAudit(tx, entry(id, `Agent ${n}`)), { maxWait: 20_000 }),
      ),
    )
    expect(await seqsOf(id)).toEqual(Array.from({ length: AT_ONCE }, (_, n) => n + 1))
    expect(await verifyAuditChain(id)).toMatchObject({ records: AT_ONCE, head: { seq: AT_ONCE }, fault: null })
  })

  test('leaves nothing of an action that was rolled back', async () => {
    const teamId = await teamWith(1)
    const failed = inTransaction(async (client) => {
      await recordAudit(client, entry(teamId, 'never'))
      throw new Error('and then it failed')
    })
    await expect(failed).rejects.toThrow('and then it failed')
    expect(await seqsOf(teamId)).toEqual([1])
    await inTransaction((client) => recordAudit(client, entry(teamId, 'next')))
    expect(await seqsOf(teamId)).toEqual([1, 2])
  })
})

describe('the database', () => {
  test('refuses to change, remove or empty the audit log, and to rewind its head', async () => {
    const teamId = await teamWith(3)
    const of = 'WHERE team_id = $1'
    const outcomes = [
      await refused(`UPDATE audit_events SET actor_name = 'Nobody' ${of}`, [teamId]),
      await refused(`DELETE FROM audit_events ${of} AND seq = 1`, [teamId]),
      await refused('TRUNCATE audit_events'),
      await refused(`DELETE FROM audit_heads ${of}`, [teamId]),
      await refused('TRUNCATE audit_heads'),
      await refused(`UPDATE audit_heads SET seq = 2 ${of}`, [teamId]),
      await refused(`UPDATE audit_heads SET hash = 'another' ${of}`, [teamId]),
      await refused(`UPDATE audit_heads SET pruned_seq = 2, pruned_hash = 'not its hash' ${of}`, [teamId]),
    ]
    expect(outcomes).toEqual([
      'audit_events_immutable',
      'audit_events_append_only',
      'audit_events_no_truncate',
      'audit_heads_kept',
      'audit_heads_no_truncate',
      'audit_heads_forward',
      'audit_heads_forward',
      'audit_heads_forward',
    ])
    expect(await seqsOf(teamId)).toEqual([1, 2, 3])
  })
})

/** Does what the triggers refuse, as somebody who rules the database could. */
async function tamper(text: string, values: unknown[]): Promise<void> {
  await inTransaction(async (client) => {
    await client.query('SET LOCAL session_replication_role = replica')
    expect((await client.query(text, values)).rowCount).toBeGreaterThan(0)
  })
}

const NOT_A_HASH = 'f'.repeat(64)

describe('verifying', () => {
  test('finds nothing wrong with a log that nobody touched, nor with an empty one', async () => {
    const teamId = await teamWith(3)
    const verdict = await verifyAuditChain(teamId)
    expect(verdict).toMatchObject({ records: 3, after: { seq: 0 }, head: { seq: 3 }, fault: null })
    expect(await verifyAuditChain((await makeTeam()).id)).toMatchObject({ records: 0, head: { seq: 0 }, fault: null })
  })

  test.each([
    ['id', 'gen_random_uuid()'],
    ['at', "at + interval '1 millisecond'"],
    ['actor_kind', "'user'"],
    ['actor_id', 'gen_random_uuid()'],
    ['actor_name', "'Somebody else'"],
    ['action', "'agent.deleted'"],
    ['target_type', "'key'"],
    ['target_id', 'NULL'],
    ['target_name', "'Another'"],
    ['details', `'{"a":{"deep":false},"b":[]}'`],
    ['request_id', "'another-request'"],
    ['ip', "'203.0.113.9'"],
    ['previous_hash', `'${NOT_A_HASH}'`],
    ['hash', `'${NOT_A_HASH}'`],
  ])('notices that %s of a record in the middle was changed', async (column, value) => {
    const teamId = await teamWith(3)
    await tamper(`UPDATE audit_events SET ${column} = ${value} WHERE team_id = $1 AND seq = 2`, [teamId])
    expect((await verifyAuditChain(teamId)).fault?.seq).toBe(2)
  })

  test('has seen every column of the table change', async () => {
    const { rows } = await pool().query<{ name: string }>(
      "SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'audit_events' ORDER BY ordinal_position",
    )
    // team_id and seq are changed by the tests below.
    expect(rows.map(({ name }) => name)).toEqual([
      ...['id', 'team_id', 'seq', 'at', 'actor_kind', 'actor_id', 'actor_name', 'action', 'target_type', 'target_id'],
      ...['target_name', 'details', 'request_id', 'ip', 'previous_hash', 'hash'],
    ])
  })

  test.each([
    ['the first record was removed', 'DELETE FROM audit_events WHERE team_id = $1 AND seq = 1', 2],
    ['one in the middle was removed', 'DELETE FROM audit_events WHERE team_id = $1 AND seq = 2', 3],
    ['the newest were removed', 'DELETE FROM audit_events WHERE team_id = $1 AND seq > 1', 2],
    ['all were removed', 'DELETE FROM audit_events WHERE team_id = $1', 1],
    ['the head was removed', 'DELETE FROM audit_heads WHERE team_id = $1', 1],
    ['the head was set back', 'UPDATE audit_heads SET seq = 2 WHERE team_id = $1', 3],
    ['the head was given another hash', `UPDATE audit_heads SET hash = '${NOT_A_HASH}' WHERE team_id = $1`, 3],
    ['the beginning was given another hash', `UPDATE audit_heads SET pruned_hash = 'x' WHERE team_id = $1`, 0],
    ['a record was moved to the end', 'UPDATE audit_events SET seq = 4 WHERE team_id = $1 AND seq = 2', 3],
    [
      'one was added at the end',
      `INSERT INTO audit_events SELECT gen_random_uuid(), team_id, 4, at, actor_kind, actor_id, actor_name, action, target_type, target_id,
         target_name, details, request_id, ip, hash, '${NOT_A_HASH}' FROM audit_events WHERE team_id = $1 AND seq = 3`,
      4,
    ],
  ])('notices that %s', async (_what, statement, seq) => {
    const teamId = await teamWith(3)
    await tamper(statement, [teamId])
    expect((await verifyAuditChain(teamId)).fault?.seq).toBe(seq)
  })

  test('notices that two records changed places, and that one came from another team', async () => {
    const teamId = await teamWith(3)
    await tamper('UPDATE audit_events SET seq = -seq WHERE team_id = $1 AND seq IN (1, 2)', [teamId])
    await tamper('UPDATE audit_events SET seq = 3 + seq WHERE team_id = $1 AND seq < 0', [teamId])
    expect((await verifyAuditChain(teamId)).fault?.seq).toBe(1)

    const [thief, victim] = [await teamWith(3), await teamWith(3)]
    await tamper('DELETE FROM audit_events WHERE team_id = $1 AND seq = 2', [thief])
    await tamper('UPDATE audit_events SET team_id = $2 WHERE team_id = $1 AND seq = 2', [victim, thief])
    expect((await verifyAuditChain(thief)).fault?.seq).toBe(2)
    expect((await verifyAuditChain(victim)).fault?.seq).toBe(3)
  })
})

describe('retention', () => {
  test('removes what is too old from the oldest end, and the rest can still be verified', async () => {
    const teamId = await teamWith(4)
    await tamper(`UPDATE audit_events SET at = at - interval '10 days' WHERE team_id = $1 AND seq IN (1, 2, 4)`, [
      teamId,
    ])
    await pruneAudit({ days: 9 })
    // Only the oldest end: the fourth is as old as the first two, but stands after a younger one.
    expect(await seqsOf(teamId)).toEqual([3, 4])
    const younger = await teamWith(2)
    await pruneAudit({ days: 9 })
    expect(await seqsOf(younger)).toEqual([1, 2])
    await inTransaction((client) => recordAudit(client, entry(younger, 'later')))
    expect((await verifyAuditChain(younger)).fault).toBeNull()
  })

  test('keeps the hash of the last record it removed, also when it removes all of them', async () => {
    const teamId = await teamWith(3)
    const { head } = await verifyAuditChain(teamId)
    await pruneAudit({ days: 0 })
    expect(await seqsOf(teamId)).toEqual([])
    expect(await verifyAuditChain(teamId)).toEqual({ after: head, head, records: 0, fault: null })
    await inTransaction((client) => recordAudit(client, entry(teamId, 'after that')))
    expect(await verifyAuditChain(teamId)).toMatchObject({ after: head, head: { seq: 4 }, records: 1, fault: null })
    const { after, lastSeq } = await findAuditRange({ teamId })
    const read = []
    for await (const records of readAuditRecords({ teamId, after: after.seq, lastSeq })) read.push(...records)
    expect(read.map(({ seq, previous_hash }) => [seq, previous_hash])).toEqual([[4, head.hash]])
  })
})

import type pg from 'pg'
import { describe, expect, test } from 'vitest'
import { newId } from '../ids'
import { makeTeam } from '../testing/people'
import { auditBySystem, recordAudit } from './audit'
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

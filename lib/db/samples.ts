import type { PoolClient } from 'pg'
import { type Id, newId } from '../ids'
import { prisma } from './client'
import { inTransaction } from './transaction'

/** Deliveries kept; older ones go as new ones come. */
const MAX_DELIVERIES = 1_000

export interface DeliveryRow {
  id: Id
  idempotencyKey: string | null
  body: unknown
  createdAt: Date
}

const COLUMNS = `id, idempotency_key AS "idempotencyKey", body, created_at AS "createdAt"`

/**
 * Keeps a delivery, unless one with this key is there already: then that one is answered. It belongs to the team of the run that
 * delivered it; without such a run it belongs to nobody.
 */
export function keepDelivery(delivery: { key: string | null; runId: Id | null; body: unknown }): Promise<DeliveryRow> {
  const { key, runId, body } = delivery
  return inTransaction(async (client) => {
    // One delivery at a time: the sink is small, and so its bound and its keys hold without further ado.
    await client.query(`SELECT pg_advisory_xact_lock(hashtext('sample_deliveries'))`)
    const known = key === null ? undefined : await findByKey(client, key)
    if (known !== undefined) return known
    const { rows } = await client.query<DeliveryRow>(
      `INSERT INTO sample_deliveries (id, team_id, idempotency_key, body)
       VALUES ($1, (SELECT team_id FROM runs WHERE id = $2), $3, $4) RETURNING ${COLUMNS}`,
      [newId(), runId, key, JSON.stringify(body)],
    )
    await client.query(
      `DELETE FROM sample_deliveries WHERE id IN (
         SELECT id FROM sample_deliveries ORDER BY created_at DESC, id DESC OFFSET ${MAX_DELIVERIES})`,
    )
    return rows[0] as DeliveryRow // an INSERT of one row returns it
  })
}

async function findByKey(client: PoolClient, key: string): Promise<DeliveryRow | undefined> {
  const { rows } = await client.query<DeliveryRow>(
    `SELECT ${COLUMNS} FROM sample_deliveries WHERE idempotency_key = $1`,
    [key],
  )
  return rows[0]
}

/** The newest deliveries of a team's runs, newest first. */
export function listDeliveryRows(of: { teamId: Id; limit: number }): Promise<DeliveryRow[]> {
  const { teamId, limit } = of
  return prisma().sampleDelivery.findMany({
    where: { teamId },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: limit,
  })
}

/** One delivery; null when it is not there, or not any more. */
export function findDelivery(id: Id): Promise<DeliveryRow | null> {
  return prisma().sampleDelivery.findUnique({ where: { id } })
}

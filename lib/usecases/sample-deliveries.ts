import type { SampleDelivery } from '../api/contracts/samples'
import { type DeliveryRow, findDelivery, keepDelivery, listDeliveryRows } from '../db/samples'
import { publicUrl } from '../env'
import { AppError } from '../errors'
import type { Id } from '../ids'

/** Takes a delivery of the sample workflows: kept once per key. */
export async function receiveDelivery(delivery: { key: string | null; body: unknown }): Promise<SampleDelivery> {
  return present(await keepDelivery(delivery))
}

/** The newest deliveries of this installation. */
export async function listDeliveries(of: { limit: number }): Promise<{ items: SampleDelivery[]; next_cursor: null }> {
  return { items: (await listDeliveryRows(of.limit)).map(present), next_cursor: null }
}

/** One delivery. Throws `not_found`, also when newer ones have taken its place. */
export async function getDelivery(of: { deliveryId: Id }): Promise<SampleDelivery> {
  const row = await findDelivery(of.deliveryId)
  if (row === null) throw new AppError('not_found', 'There is no such delivery any more.')
  return present(row)
}

function present(row: DeliveryRow): SampleDelivery {
  return {
    id: row.id,
    received_at: row.createdAt.toISOString(),
    url: `${publicUrl()}/api/samples/deliveries/${row.id}`,
    idempotency_key: row.idempotencyKey,
    body: row.body,
  }
}

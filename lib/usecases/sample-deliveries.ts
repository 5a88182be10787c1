import type { SampleDelivery } from '../api/contracts/samples'
import type { Principal } from '../auth/principal'
import { type DeliveryRow, findDelivery, keepDelivery, listDeliveryRows } from '../db/samples'
import { publicUrl } from '../env'
import { AppError } from '../errors'
import { type Id, parseId } from '../ids'

/**
 * Takes a delivery of the sample workflows: kept once per key. Steps of a run send a key that begins with the id of the run, which
 * nobody can guess; so it is known whose delivery it is, without anybody having to sign in.
 */
export async function receiveDelivery(delivery: { key: string | null; body: unknown }): Promise<SampleDelivery> {
  const runId = parseId(delivery.key?.split(':')[0] ?? '') ?? null
  return present(await keepDelivery({ ...delivery, runId }))
}

/** The newest deliveries of runs of the caller's team. */
export async function listDeliveries(of: {
  principal: Principal
  limit: number
}): Promise<{ items: SampleDelivery[]; next_cursor: null }> {
  return {
    items: (await listDeliveryRows({ teamId: of.principal.team.id, limit: of.limit })).map(present),
    next_cursor: null,
  }
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

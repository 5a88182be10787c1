import { RateLimiterMemory } from 'rate-limiter-flexible'
import { clientAddress } from '../../../auth/client-address'
import { networkOf } from '../../../auth/rate-limit'
import { AppError } from '../../../errors'
import { getDelivery, listDeliveries, receiveDelivery } from '../../../usecases/sample-deliveries'
import { sampleContracts } from '../../contracts/samples'
import { idempotencyKeyOf } from '../answer-once'
import { definePublicRoute, defineRoute } from '../define-route'

const DELIVERIES_PER_MINUTE = 600
const deliveries = new RateLimiterMemory({ points: DELIVERIES_PER_MINUTE, duration: 60 })

export const sampleRoutes = [
  definePublicRoute(sampleContracts.createDelivery, async ({ body, request, peer }) => {
    await countDelivery(networkOf(clientAddress(request.headers, peer)))
    return receiveDelivery({ key: idempotencyKeyOf(request), body })
  }),
  defineRoute(sampleContracts.listDeliveries, ({ principal, query }) => listDeliveries({ principal, ...query })),
  definePublicRoute(sampleContracts.getDelivery, ({ params }) => getDelivery({ deliveryId: params.delivery_id })),
]

async function countDelivery(network: string): Promise<void> {
  try {
    await deliveries.consume(network)
  } catch (refused) {
    if (refused instanceof Error) throw refused
    throw new AppError('rate_limited', `The sample sink takes ${DELIVERIES_PER_MINUTE} deliveries a minute.`, {
      retryAfterSeconds: 60,
    })
  }
}

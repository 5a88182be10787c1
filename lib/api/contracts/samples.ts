import { z } from 'zod'
import { idSchema, jsonValueSchema, pageOf, timestampSchema } from './common'
import { contract } from './contract'

/** A place to send things to while trying the product out: it keeps what it received and shows it. Below `/api/samples`. */

export const sampleDeliverySchema = z
  .object({
    id: idSchema,
    received_at: timestampSchema,
    url: z.string(),
    idempotency_key: z.string().nullable(),
    body: jsonValueSchema,
  })
  .meta({ id: 'SampleDelivery' })
export type SampleDelivery = z.infer<typeof sampleDeliverySchema>

export const sampleContracts = {
  createDelivery: contract({
    id: 'createDelivery',
    method: 'POST',
    path: '/samples/deliveries',
    root: 'api',
    permission: 'public',
    tag: 'Samples',
    summary: 'Deliver something to the sample sink',
    description:
      'Keeps any JSON up to 64 KiB, the newest 1 000 of all. The same `Idempotency-Key` is delivered once; one that a step of a run sent makes it a delivery of that team.',
    body: jsonValueSchema,
    maxBodyBytes: 65_536,
    response: sampleDeliverySchema,
    status: 201,
  }),
  listDeliveries: contract({
    id: 'listDeliveries',
    method: 'GET',
    path: '/samples/deliveries',
    root: 'api',
    permission: 'run:read',
    tag: 'Samples',
    summary: 'What runs of the team delivered to the sample sink, newest first',
    query: z.object({ limit: z.coerce.number().int().min(1).max(100).default(20) }),
    response: pageOf(sampleDeliverySchema),
  }),
  getDelivery: contract({
    id: 'getDelivery',
    method: 'GET',
    path: '/samples/deliveries/{delivery_id}',
    root: 'api',
    permission: 'public',
    tag: 'Samples',
    summary: 'One delivery; its id is known to whoever delivered it',
    response: sampleDeliverySchema,
  }),
} as const

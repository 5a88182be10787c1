import { z } from 'zod'
import { LIMITS } from '../limits'
import { numberField, textField } from './fields'
import type { NodeType } from './node-type'
import { preview } from './preview'

export const HTTP_METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'] as const

const httpConfig = z.strictObject({
  method: z.enum(HTTP_METHODS).default('GET').meta({ title: 'Method', control: 'select' }),
  url: textField(z.string().min(1, 'write the address to call').max(8_000)).meta({
    title: 'URL',
    description: 'http or https. An address that begins with / means this installation.',
    control: 'text',
    placeholder: 'https://api.example.com/orders/{{ inputs.order_id }}',
  }),
  query: z
    .record(
      z.string(),
      z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.union([z.string(), z.number(), z.boolean()]))]),
    )
    .optional()
    .meta({
      title: 'Query',
      description: 'Added to the URL, encoded. A list repeats the name; null leaves it out.',
      control: 'key-values',
    }),
  headers: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .optional()
    .meta({
      title: 'Headers',
      description: 'Sent with the request. Idempotency-Key is added by itself.',
      control: 'key-values',
    }),
  body: z.unknown().optional().meta({
    title: 'Body',
    description: 'An object or list is sent as JSON, text as it is.',
    control: 'json',
    placeholder: '{ "total": "{{ nodes.Transform.output.total }}" }',
  }),
  timeoutSeconds: numberField(
    z
      .number()
      .min(0.1)
      .max(LIMITS.http_time.ceiling / 1_000),
  )
    .optional()
    .meta({
      title: 'Timeout in seconds',
      description: 'For the whole exchange, redirects included. Default 30.',
      control: 'number',
      placeholder: '30',
    }),
})
export type HttpConfig = z.infer<typeof httpConfig>

/** Calls an address. Output: `{ status, headers, body }`; a status outside 200–299 is a failure. */
export const httpNode = {
  type: 'http',
  title: 'HTTP request',
  description: 'Calls an address and gives back status, headers and body.',
  icon: 'globe',
  category: 'integration',
  config: httpConfig,
  defaults: { method: 'GET', url: '' },
  ports: () => [{ name: 'out' }],
  summary: (config) => (config.url ? `${preview(config.method ?? 'GET')} ${preview(config.url)}` : ''),
  kind: 'effect',
  sideEffect: true,
} satisfies NodeType<HttpConfig>

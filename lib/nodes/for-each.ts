import { z } from 'zod'
import { LIMITS } from '../limits'
import { numberField } from './fields'
import type { NodeType } from './node-type'
import { preview } from './preview'

/** Items worked on at the same time, at most. */
const MAX_CONCURRENCY = LIMITS.item_concurrency.ceiling

const forEachConfig = z.strictObject({
  items: z.string().min(1, 'write the expression that gives the list').meta({
    title: 'Items',
    description: 'An expression whose value is a list. The steps inside run once for each item.',
    control: 'expression',
    placeholder: 'nodes.Fetch.output.body.orders',
    raw: true,
  }),
  concurrency: numberField(z.int().min(1).max(MAX_CONCURRENCY))
    .default(1)
    .meta({
      title: 'At the same time',
      description: `How many items are worked on at once, 1 to ${MAX_CONCURRENCY}. Results keep the order of the items.`,
      control: 'number',
    }),
  onItemError: z.enum(['fail', 'collect']).default('fail').meta({
    title: 'When an item fails',
    description: 'Fail: the whole step fails. Collect: the other items go on, and the error is in "errors".',
    control: 'select',
  }),
})
export type ForEachConfig = z.infer<typeof forEachConfig>

/** Runs the steps inside it once for each item of a list. */
export const forEachNode = {
  type: 'forEach',
  title: 'For each',
  description: 'Runs the steps inside it once for each item of a list.',
  icon: 'repeat',
  category: 'flow',
  config: forEachConfig,
  defaults: { items: 'inputs.items', concurrency: 1, onItemError: 'fail' },
  ports: () => [{ name: 'out' }],
  summary: (config) => preview(config.items),
  kind: 'container',
} satisfies NodeType<ForEachConfig>

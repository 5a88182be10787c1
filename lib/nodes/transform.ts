import { z } from 'zod'
import type { NodeType } from './node-type'
import { preview } from './preview'

const transformConfig = z.strictObject({
  expression: z.string().min(1, 'write the expression that makes the output').meta({
    title: 'Expression',
    description: 'JSONata. Its value is the output of the node.',
    control: 'expression',
    placeholder: '{ "total": $sum(inputs.items.price) }',
    raw: true,
  }),
})
export type TransformConfig = z.infer<typeof transformConfig>

/** Makes a value from what is there: picks, filters, sorts, sums, reshapes. */
export const transformNode = {
  type: 'transform',
  title: 'Transform',
  description: 'Makes a new value with an expression: pick, filter, sort, sum, reshape.',
  icon: 'braces',
  category: 'data',
  config: transformConfig,
  defaults: { expression: 'inputs' },
  ports: () => [{ name: 'out' }],
  summary: (config) => preview(config.expression),
  kind: 'inline',
} satisfies NodeType<TransformConfig>

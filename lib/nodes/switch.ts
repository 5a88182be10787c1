import { z } from 'zod'
import { jsonField } from './fields'
import type { NodeType } from './node-type'
import { namesOf, portName, refuseRepeatedNames } from './port-name'
import { preview } from './preview'

const switchConfig = z.strictObject({
  on: z.string().min(1, 'write the expression whose value is compared').meta({
    title: 'Value',
    description: 'An expression. Its value is compared with every case.',
    control: 'expression',
    placeholder: 'nodes.Question.output.category',
    raw: true,
  }),
  cases: z
    .array(
      z.strictObject({
        name: portName.meta({
          title: 'Name',
          description: 'Name of the port.',
          control: 'text',
          placeholder: 'billing',
        }),
        equals: jsonField.meta({
          title: 'Equals',
          description: 'Text, number, true, false, null, or any JSON. Text may hold {{ expressions }}.',
          control: 'json',
          placeholder: 'billing',
        }),
      }),
    )
    .min(1, 'add at least one case')
    .max(50)
    .superRefine(refuseRepeatedNames)
    .meta({
      title: 'Cases',
      description: 'The first case that equals the value is taken; if none does, the path goes on at "default".',
      control: 'list',
    }),
})
export type SwitchConfig = z.infer<typeof switchConfig>

/** Takes the path whose case equals a value. */
export const switchNode = {
  type: 'switch',
  title: 'Switch',
  description: 'Takes the path whose case equals a value.',
  icon: 'split',
  category: 'flow',
  config: switchConfig,
  defaults: { on: 'inputs', cases: [{ name: 'first', equals: '' }] },
  ports: (config) => [...namesOf(config.cases).map((name) => ({ name })), { name: 'default' }],
  summary: (config) => preview(config.on),
  kind: 'inline',
} satisfies NodeType<SwitchConfig>

import { z } from 'zod'
import type { NodeType } from './node-type'
import { namesOf, portName, refuseRepeatedNames } from './port-name'
import { preview } from './preview'

const conditionConfig = z.strictObject({
  branches: z
    .array(
      z.strictObject({
        name: portName.meta({ title: 'Name', description: 'Name of the port.', control: 'text', placeholder: 'large' }),
        when: z.string().min(1, 'write an expression that is true or false').meta({
          title: 'When',
          description: 'An expression that gives true or false.',
          control: 'expression',
          placeholder: 'inputs.amount > 1000',
        }),
      }),
    )
    .min(1, 'add at least one branch')
    .max(50)
    .superRefine(refuseRepeatedNames)
    .meta({
      title: 'Branches',
      description: 'The first branch whose expression is true is taken; if none is, the path goes on at "else".',
      control: 'list',
      raw: true,
    }),
})
export type ConditionConfig = z.infer<typeof conditionConfig>

/** Takes one of several paths. Order matters: the first true expression wins. */
export const conditionNode = {
  type: 'condition',
  title: 'Condition',
  description: 'Takes the first branch whose expression is true; if none is, the path goes on at "else".',
  icon: 'git-branch',
  category: 'flow',
  config: conditionConfig,
  defaults: { branches: [{ name: 'yes', when: 'true' }] },
  ports: (config) => [...namesOf(config.branches).map((name) => ({ name })), { name: 'else' }],
  summary: (config) => {
    const branches = Array.isArray(config.branches) ? config.branches : []
    return preview(branches.map((branch) => branch?.when ?? '').join(' · '))
  },
  kind: 'inline',
} satisfies NodeType<ConditionConfig>

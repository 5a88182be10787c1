import { z } from 'zod'
import { LIMITS } from '../limits'
import { numberField } from './fields'
import type { NodeType } from './node-type'
import { preview } from './preview'

const whileConfig = z.strictObject({
  when: z.string().min(1, 'write the condition').meta({
    title: 'While',
    description:
      'An expression, asked before each turn. "index" is the number of turns so far, "item" the result of the last turn.',
    control: 'expression',
    placeholder: 'index = 0 or item.next_page != null',
    raw: true,
  }),
  maxIterations: numberField(z.int().min(1).max(LIMITS.loop_turns.ceiling)).default(LIMITS.loop_turns.value).meta({
    title: 'Turns at most',
    description: 'The step fails with "loop_limit" when it would turn once more. 1 to 10 000.',
    control: 'number',
  }),
})
export type WhileConfig = z.infer<typeof whileConfig>

/** Repeats the steps inside it for as long as a condition holds. */
export const whileNode = {
  type: 'while',
  title: 'While',
  description: 'Repeats the steps inside it for as long as a condition holds.',
  icon: 'refresh-cw',
  category: 'flow',
  config: whileConfig,
  defaults: { when: 'index < 3', maxIterations: 1_000 },
  ports: () => [{ name: 'out' }],
  summary: (config) => preview(config.when),
  kind: 'container',
} satisfies NodeType<WhileConfig>

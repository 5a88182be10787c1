import { z } from 'zod'
import type { NodeType } from './node-type'

const startConfig = z.strictObject({})
export type StartConfig = z.infer<typeof startConfig>

/** Where a run begins. Its output is the run's input, with the defaults of the declared inputs filled in. */
export const startNode = {
  type: 'start',
  title: 'Start',
  description: 'Where a run begins. Its output is the input of the run.',
  icon: 'play',
  category: 'flow',
  config: startConfig,
  defaults: {},
  hasInput: false,
  ports: () => [{ name: 'out' }],
  summary: () => '',
  kind: 'inline',
} satisfies NodeType<StartConfig>

import { z } from 'zod'
import type { NodeType } from './node-type'
import { preview } from './preview'

const endConfig = z.strictObject({
  output: z.unknown().optional().meta({
    title: 'Output',
    description: 'What the run gives back. Text may hold {{ expressions }}; one placeholder alone keeps its type.',
    control: 'json',
    placeholder: '{{ nodes.Transform.output }}',
  }),
})
export type EndConfig = z.infer<typeof endConfig>

/** Where a path ends. When nothing is left to do, the output of the End that was reached is the output of the run. */
export const endNode = {
  type: 'end',
  title: 'End',
  description: 'Ends this path and sets the output of the run.',
  icon: 'flag',
  category: 'flow',
  config: endConfig,
  defaults: {},
  ports: () => [],
  summary: (config) => preview(config.output),
  kind: 'inline',
} satisfies NodeType<EndConfig>

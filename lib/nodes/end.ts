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
  endsAll: z.boolean().optional().meta({
    title: 'End everything',
    description:
      'Not this path alone: whatever else is still going on is cancelled. Inside a container that is the rest of this item or turn, elsewhere the rest of the run.',
    control: 'switch',
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
  summary: (config) =>
    [config.endsAll === true ? 'ends everything' : '', preview(config.output)].filter(Boolean).join(', '),
  kind: 'inline',
} satisfies NodeType<EndConfig>

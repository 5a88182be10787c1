import { z } from 'zod'
import type { NodeType } from './node-type'
import { preview } from './preview'

const mergeConfig = z.strictObject({
  join: z.enum(['all', 'any']).default('all').meta({
    title: 'Wait for',
    description: 'all: every path that is still alive. any: the first that arrives.',
    control: 'select',
  }),
  output: z.unknown().optional().meta({
    title: 'Output',
    description: 'What flows on. Text may hold {{ expressions }}.',
    control: 'json',
    placeholder: '{{ nodes.First.output ?? nodes.Second.output }}',
  }),
})
export type MergeConfig = z.infer<typeof mergeConfig>

/** Brings paths together. A path that was not taken is never waited for. */
export const mergeNode = {
  type: 'merge',
  title: 'Merge',
  description: 'Brings paths together: waits for all that are alive, or for the first.',
  icon: 'merge',
  category: 'flow',
  config: mergeConfig,
  defaults: { join: 'all' },
  ports: () => [{ name: 'out' }],
  summary: (config) => (config.join === 'any' ? 'first to arrive' : preview(config.output) || 'all paths'),
  kind: 'inline',
} satisfies NodeType<MergeConfig>

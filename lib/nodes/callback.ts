import { z } from 'zod'
import { numberField } from './fields'
import type { NodeType } from './node-type'

const callbackConfig = z.strictObject({
  timeoutSeconds: numberField(
    z
      .number()
      .min(1)
      .max(90 * 24 * 3_600),
  )
    .optional()
    .meta({
      title: 'Due in seconds',
      description:
        'After this time without a call the path goes on at "timedOut" if it has an edge; otherwise the step fails.',
      control: 'number',
    }),
})
export type CallbackConfig = z.infer<typeof callbackConfig>

/** Waits until another system calls a URL that is good for one call. */
export const callbackNode = {
  type: 'callback',
  title: 'Callback',
  description: 'Waits until another system calls the URL of this step, and goes on with what it sent.',
  icon: 'webhook',
  category: 'flow',
  config: callbackConfig,
  defaults: { timeoutSeconds: 86_400 },
  ports: () => [{ name: 'out' }, { name: 'timedOut', label: 'Timed out' }],
  summary: (config) => (typeof config.timeoutSeconds === 'number' ? `at most ${config.timeoutSeconds} s` : ''),
  kind: 'wait',
} satisfies NodeType<CallbackConfig>

import { z } from 'zod'
import { numberField, textField } from './fields'
import type { NodeType } from './node-type'
import { preview } from './preview'

/** A year: a timer is a row and costs nothing, yet a slip of the keyboard should not park a run for a lifetime. */
const MAX_DELAY_SECONDS = 366 * 24 * 3_600

const delayConfig = z
  .strictObject({
    seconds: numberField(z.number().min(0).max(MAX_DELAY_SECONDS)).optional().meta({
      title: 'Seconds',
      description: 'How long to wait.',
      control: 'number',
      placeholder: '60',
    }),
    until: textField(z.string().min(1)).optional().meta({
      title: 'Until',
      description: 'Or an instant in ISO 8601, with its offset. One in the past does not wait.',
      control: 'text',
      placeholder: '2030-01-31T09:00:00Z',
    }),
  })
  .refine((config) => (config.seconds === undefined) !== (config.until === undefined), {
    message: 'set either seconds or until, and not both',
    path: ['seconds'],
  })
export type DelayConfig = z.infer<typeof delayConfig>

/** Waits for time to pass. A waiting run holds no process: it survives restarts. */
export const delayNode = {
  type: 'delay',
  title: 'Delay',
  description: 'Waits for a while, or until an instant.',
  icon: 'timer',
  category: 'flow',
  config: delayConfig,
  defaults: { seconds: 60 },
  ports: () => [{ name: 'out' }],
  summary: (config) =>
    config.until
      ? `until ${preview(config.until, 60)}`
      : config.seconds === undefined
        ? ''
        : `${preview(config.seconds)} s`,
  kind: 'wait',
} satisfies NodeType<DelayConfig>

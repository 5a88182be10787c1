import { z } from 'zod'
import { textField } from './fields'
import type { NodeType } from './node-type'
import { preview } from './preview'

const failConfig = z.strictObject({
  message: textField(z.string().min(1, 'say why the run fails')).meta({
    title: 'Message',
    description: 'Why the run fails: one sentence that a person can act on.',
    control: 'textarea',
    placeholder: 'No feed with the name {{ inputs.feed }} exists.',
  }),
})
export type FailConfig = z.infer<typeof failConfig>

/** Fails on purpose, with a message. */
export const failNode = {
  type: 'fail',
  title: 'Fail',
  description: 'Ends the run as failed, with a message.',
  icon: 'octagon-x',
  category: 'flow',
  config: failConfig,
  defaults: { message: '' },
  ports: () => [],
  summary: (config) => preview(config.message),
  kind: 'inline',
} satisfies NodeType<FailConfig>

import { z } from 'zod'
import { jsonField, textField } from './fields'
import type { NodeType } from './node-type'
import { preview } from './preview'

const messageConfig = z.strictObject({
  text: textField(z.string().min(1, 'write the message')).meta({
    title: 'Text',
    description: 'Shown to everybody who follows the run.',
    control: 'textarea',
    placeholder: 'We found {{ nodes.Transform.output.count }} matches.',
  }),
  state: z.record(z.string(), jsonField).optional().meta({
    title: 'State',
    description: 'Named values sent along with the message, for programs.',
    control: 'key-values',
  }),
})
export type MessageConfig = z.infer<typeof messageConfig>

/** Shows a message to the people and programs that follow the run. */
export const messageNode = {
  type: 'message',
  title: 'Message',
  description: 'Shows a message to those who follow the run.',
  icon: 'message-square',
  category: 'human',
  config: messageConfig,
  defaults: { text: '' },
  ports: () => [{ name: 'out' }],
  summary: (config) => preview(config.text),
  kind: 'inline',
} satisfies NodeType<MessageConfig>

import { z } from 'zod'
import { jsonSchemaField, numberField, textField } from './fields'
import type { NodeType } from './node-type'
import { preview } from './preview'

const inputConfig = z.strictObject({
  prompt: textField(z.string().min(1, 'write the question').max(4_000)).meta({
    title: 'Question',
    description: 'What is asked of the person or program.',
    control: 'textarea',
    placeholder: 'What is your order number?',
  }),
  schema: jsonSchemaField.meta({
    title: 'Answer',
    description: 'The fields of the answer. Anything else is refused, with the field named.',
    control: 'json-schema',
    raw: true,
  }),
  dueInSeconds: numberField(
    z
      .number()
      .min(1)
      .max(90 * 24 * 3_600),
  )
    .optional()
    .meta({
      title: 'Due in seconds',
      description:
        'After this time without an answer the node fails, or the path goes on at "timedOut" if it has an edge.',
      control: 'number',
    }),
})
export type InputConfig = z.infer<typeof inputConfig>

/** Asks and waits. The answer, checked against the schema, is the output. */
export const inputNode = {
  type: 'input',
  title: 'Question',
  description: 'Asks a person or program for data and waits for the answer.',
  icon: 'message-square-text',
  category: 'human',
  config: inputConfig,
  defaults: {
    prompt: '',
    schema: { type: 'object', properties: { answer: { type: 'string', title: 'Answer' } }, required: ['answer'] },
  },
  ports: (config) =>
    config.dueInSeconds === undefined ? [{ name: 'out' }] : [{ name: 'out' }, { name: 'timedOut', label: 'Timed out' }],
  summary: (config) => preview(config.prompt),
  kind: 'wait',
} satisfies NodeType<InputConfig>

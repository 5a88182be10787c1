import { z } from 'zod'
import { LIMITS } from '../limits'
import { jsonSchemaField, numberField, textField } from './fields'
import type { NodeType } from './node-type'
import { preview } from './preview'

const llmConfig = z.strictObject({
  model: textField(z.string().min(1, 'choose a model').max(200)).meta({
    title: 'Model',
    description:
      'offline/writer needs no key. Any other name goes to the OpenAI-compatible server of this installation.',
    control: 'model',
    placeholder: 'offline/writer',
    examples: ['offline/writer', 'openai-compatible/gpt-4o-mini'],
  }),
  system: textField(z.string()).optional().meta({
    title: 'System',
    description: 'Who the model is and how it should answer.',
    control: 'textarea',
    placeholder: 'You write short, factual bulletins.',
  }),
  prompt: textField(z.string().min(1, 'write the prompt')).meta({
    title: 'Prompt',
    description: 'What the model should do, with the facts it needs.',
    control: 'textarea',
    placeholder: 'Summarise: {{ nodes.Fetch.output.body }}',
  }),
  schema: jsonSchemaField.optional().meta({
    title: 'Answer as data',
    description: 'When fields are given the output is an object with exactly these fields, else text.',
    control: 'json-schema',
    raw: true,
  }),
  temperature: numberField(z.number().min(0).max(2)).optional().meta({
    title: 'Temperature',
    description: '0 is steady, 2 is wild. Empty: what the model prefers.',
    control: 'number',
  }),
  maxTokens: numberField(z.int().min(1).max(200_000)).optional().meta({
    title: 'Longest answer in tokens',
    control: 'number',
  }),
})
export type LlmConfig = z.infer<typeof llmConfig>

/** Asks a language model. Output: the text, or with a schema an object that conforms to it. */
export const llmNode = {
  type: 'llm',
  title: 'Language model',
  description: 'Asks a language model for text, or for data of a given shape.',
  icon: 'sparkles',
  category: 'ai',
  config: llmConfig,
  defaults: { model: 'offline/writer', prompt: '' },
  ports: () => [{ name: 'out' }],
  summary: (config) => [preview(config.model, 40), preview(config.prompt, 60)].filter(Boolean).join(' · '),
  kind: 'effect',
  timeoutMs: LIMITS.llm_time.value,
} satisfies NodeType<LlmConfig>

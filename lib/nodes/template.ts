import { z } from 'zod'
import { jsonField } from './fields'
import type { NodeType } from './node-type'
import { preview } from './preview'

const templateConfig = z.strictObject({
  text: jsonField.meta({
    title: 'Text',
    description: 'Text with {{ expressions }} and [[runtime variables]]. One placeholder alone keeps its type.',
    control: 'textarea',
    placeholder: 'Dear {{ inputs.name }}, …',
  }),
})
export type TemplateConfig = z.infer<typeof templateConfig>

/** Writes text from a template. */
export const templateNode = {
  type: 'template',
  title: 'Template',
  description: 'Writes text with values filled in.',
  icon: 'file-text',
  category: 'data',
  config: templateConfig,
  defaults: { text: '' },
  ports: () => [{ name: 'out' }],
  summary: (config) => preview(config.text),
  kind: 'inline',
} satisfies NodeType<TemplateConfig>

import { z } from 'zod'
import { parseId } from '../ids'
import { MAX_NUMBER } from '../limits'
import { jsonField, numberField, textField } from './fields'
import type { NodeType } from './node-type'
import { preview } from './preview'

const workflowConfig = z.strictObject({
  workflowId: textField(
    z
      .string()
      .min(1, 'choose the workflow to run')
      .refine((text) => parseId(text) !== undefined, 'this is not the id of a workflow'),
  ).meta({
    title: 'Workflow',
    description: 'The published workflow that is run.',
    control: 'workflow',
  }),
  version: numberField(z.int().min(0).max(MAX_NUMBER)).optional().meta({
    title: 'Version',
    description: 'The number of the version to run. Empty: the one that is active when this step begins.',
    control: 'number',
  }),
  input: jsonField.default({}).meta({
    title: 'Input',
    description: 'The input of that run. Text may hold {{ expressions }}.',
    control: 'json',
    placeholder: '{ "order": "{{ inputs.order }}" }',
  }),
})
export type WorkflowConfig = z.infer<typeof workflowConfig>

/** Runs another workflow as a run of its own and waits for it. */
export const workflowNode = {
  type: 'workflow',
  title: 'Sub-workflow',
  description: 'Runs another workflow as a run of its own, waits for it, and goes on with its output.',
  icon: 'workflow',
  category: 'flow',
  config: workflowConfig,
  defaults: { workflowId: '', input: {} },
  ports: () => [{ name: 'out' }],
  summary: (config) => preview(config.workflowId),
  kind: 'wait',
  sideEffect: true,
} satisfies NodeType<WorkflowConfig>

import { z } from 'zod'
import { jsonSchemaField, numberField, textField } from './fields'
import type { NodeType } from './node-type'
import { preview } from './preview'

const MAX_DUE_SECONDS = 90 * 24 * 3_600

const approvalConfig = z.strictObject({
  title: textField(z.string().min(1, 'say what is to be decided').max(200)).meta({
    title: 'Title',
    description: 'What is to be decided, in one line.',
    control: 'text',
    placeholder: 'Publish the bulletin?',
  }),
  instructions: textField(z.string().max(4_000)).optional().meta({
    title: 'Instructions',
    description: 'What the person should look at.',
    control: 'textarea',
    placeholder: 'Check the names and the numbers.',
  }),
  show: z.unknown().optional().meta({
    title: 'Show',
    description: 'The value under review. Exactly this is shown, and its hash is kept with the decision.',
    control: 'json',
    placeholder: '{{ nodes.Draft.output }}',
  }),
  approvers: z.array(z.string().min(1)).max(50).optional().meta({
    title: 'Approvers',
    description: 'E-mail addresses, or roles as role:approver. Empty: everybody whose role may decide.',
    control: 'list',
  }),
  form: jsonSchemaField.optional().meta({
    title: 'Form',
    description: 'Fields that the person may edit before approving; they begin with what is shown.',
    control: 'json-schema',
    raw: true,
  }),
  dueInSeconds: numberField(z.number().min(1).max(MAX_DUE_SECONDS)).optional().meta({
    title: 'Due in seconds',
    description: 'After this time without a decision the path goes on at "timedOut".',
    control: 'number',
  }),
})
export type ApprovalConfig = z.infer<typeof approvalConfig>

/** A human decides. Without an edge at `rejected`, a rejection cancels the run. */
export const approvalNode = {
  type: 'approval',
  title: 'Approval',
  description: 'Waits until a human approves or rejects what is shown.',
  icon: 'stamp',
  category: 'human',
  config: approvalConfig,
  defaults: { title: 'Approve?' },
  ports: () => [
    { name: 'approved', label: 'Approved' },
    { name: 'rejected', label: 'Rejected' },
    { name: 'timedOut', label: 'Timed out' },
  ],
  summary: (config) => preview(config.title),
  kind: 'wait',
} satisfies NodeType<ApprovalConfig>

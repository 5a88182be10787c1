import { BookOpenCheck, Earth, FilePlus2, type LucideIcon, MessagesSquare } from 'lucide-react'
import type { WorkflowDefinitionInput } from '@/lib/workflow/document'
import { earthquakeBulletin } from '@/lib/workflow/sample-earthquakes'
import { supportIntake } from '@/lib/workflow/sample-support'
import type { SampleWorkflow } from '@/lib/workflow/samples'

/** Where a new workflow can begin. Each runs as it is: no key, no account, no other host. */
export interface WorkflowTemplate {
  id: string
  name: string
  description: string
  icon: LucideIcon
  definition: WorkflowDefinitionInput
}

const COLUMN = 280

/** A place on the canvas in steps of one node. */
function at(column: number) {
  return { x: column * COLUMN, y: 0 }
}

const blank: WorkflowTemplate = {
  id: 'blank',
  name: 'Blank',
  description: 'A start, an end, and everything still to be drawn.',
  icon: FilePlus2,
  definition: {
    nodes: [
      { id: 'start', type: 'start', name: 'Start', position: at(0) },
      { id: 'end', type: 'end', name: 'End', position: at(1), config: { output: '{{ nodes.Start.output }}' } },
    ],
    edges: [{ id: 'start-end', source: 'start', target: 'end' }],
  },
}

const countersigned: WorkflowTemplate = {
  id: 'countersigned-draft',
  name: 'Draft and countersign',
  description: 'A model writes a draft, a person reads, edits and approves it.',
  icon: BookOpenCheck,
  definition: {
    inputs: {
      type: 'object',
      properties: { topic: { type: 'string', title: 'Topic', default: 'Our office moves on the first of the month' } },
      required: ['topic'],
    },
    nodes: [
      { id: 'start', type: 'start', name: 'Start', position: at(0) },
      {
        id: 'draft',
        type: 'llm',
        name: 'Draft',
        position: at(1),
        config: {
          model: 'offline/writer',
          system: 'You write short, factual announcements.',
          prompt: 'Write an announcement of three sentences about: {{ inputs.topic }}',
        },
      },
      {
        id: 'approve',
        type: 'approval',
        name: 'Countersign',
        position: at(2),
        config: {
          title: 'Send this announcement?',
          instructions: 'Check the facts and the tone. You may edit the text before you approve it.',
          show: { text: '{{ nodes.Draft.output }}' },
          form: { type: 'object', properties: { text: { type: 'string', title: 'Text' } }, required: ['text'] },
        },
      },
      {
        id: 'end',
        type: 'end',
        name: 'Approved',
        position: at(3),
        config: {
          output: {
            text: '{{ nodes.Countersign.output.data.text }}',
            approved_by: '{{ nodes.Countersign.output.by }}',
          },
        },
      },
    ],
    edges: [
      { id: 'start-draft', source: 'start', target: 'draft' },
      { id: 'draft-approve', source: 'draft', target: 'approve' },
      { id: 'approve-end', source: 'approve', sourcePort: 'approved', target: 'end' },
    ],
  },
}

function fromSample({ slug, name, description, definition }: SampleWorkflow, icon: LucideIcon): WorkflowTemplate {
  return { id: slug, name, description, icon, definition }
}

export const blankTemplate = blank
export const sampleTemplates: readonly WorkflowTemplate[] = [
  countersigned,
  fromSample(earthquakeBulletin, Earth),
  fromSample(supportIntake, MessagesSquare),
]
export const allTemplates: readonly WorkflowTemplate[] = [blank, ...sampleTemplates]

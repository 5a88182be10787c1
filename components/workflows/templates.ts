import { BookOpenCheck, FilePlus2, type LucideIcon, Route, Rss } from 'lucide-react'
import type { WorkflowDefinitionInput } from '@/lib/workflow/document'

/** Where a new workflow can begin. Each runs as it is: no key, no account, no other host. */
export interface WorkflowTemplate {
  id: string
  name: string
  description: string
  icon: LucideIcon
  definition: WorkflowDefinitionInput
}

const COLUMN = 280
const ROW = 150

/** A place on the canvas in steps of one node. */
function at(column: number, row = 0) {
  return { x: column * COLUMN, y: row * ROW }
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
        config: { output: '{{ nodes.Countersign.output }}' },
      },
    ],
    edges: [
      { id: 'start-draft', source: 'start', target: 'draft' },
      { id: 'draft-approve', source: 'draft', target: 'approve' },
      { id: 'approve-end', source: 'approve', sourcePort: 'approved', target: 'end' },
    ],
  },
}

const intake: WorkflowTemplate = {
  id: 'ask-and-route',
  name: 'Ask and route',
  description: 'Asks a question, waits for the answer, and takes the path that fits.',
  icon: Route,
  definition: {
    nodes: [
      { id: 'start', type: 'start', name: 'Start', position: at(0, 0.5) },
      {
        id: 'ask',
        type: 'input',
        name: 'Ask',
        position: at(1, 0.5),
        config: {
          prompt: 'What is the amount of the invoice?',
          schema: {
            type: 'object',
            properties: { amount: { type: 'number', title: 'Amount', minimum: 0 } },
            required: ['amount'],
          },
        },
      },
      {
        id: 'route',
        type: 'condition',
        name: 'Large?',
        position: at(2, 0.5),
        config: { branches: [{ name: 'large', when: 'nodes.Ask.output.amount > 1000' }] },
      },
      {
        id: 'approve',
        type: 'approval',
        name: 'Approve payment',
        position: at(3, 0),
        config: { title: 'Pay this invoice?', show: '{{ nodes.Ask.output }}' },
      },
      { id: 'paid', type: 'end', name: 'Approved', position: at(4, 0), config: { output: { paid: 'by approval' } } },
      { id: 'small', type: 'end', name: 'Small amount', position: at(3, 1), config: { output: { paid: 'at once' } } },
    ],
    edges: [
      { id: 'start-ask', source: 'start', target: 'ask' },
      { id: 'ask-route', source: 'ask', target: 'route' },
      { id: 'route-approve', source: 'route', sourcePort: 'large', target: 'approve' },
      { id: 'route-small', source: 'route', sourcePort: 'else', target: 'small' },
      { id: 'approve-paid', source: 'approve', sourcePort: 'approved', target: 'paid' },
    ],
  },
}

const feed: WorkflowTemplate = {
  id: 'fetch-and-filter',
  name: 'Fetch and filter',
  description: 'Reads open data over HTTP and keeps what matters: the strongest earthquakes of a week.',
  icon: Rss,
  definition: {
    inputs: {
      type: 'object',
      properties: { magnitude: { type: 'number', title: 'At least this magnitude', default: 5 } },
      required: ['magnitude'],
    },
    nodes: [
      { id: 'start', type: 'start', name: 'Start', position: at(0) },
      {
        id: 'fetch',
        type: 'http',
        name: 'Fetch',
        position: at(1),
        config: { method: 'GET', url: '/samples/earthquakes.json' },
        policy: { retry: { maxAttempts: 3 } },
      },
      {
        id: 'filter',
        type: 'transform',
        name: 'Strongest',
        position: at(2),
        config: {
          expression:
            '[nodes.Fetch.output.body.features[properties.mag >= $$.inputs.magnitude]^(>properties.mag).{ "place": properties.place, "magnitude": properties.mag }]',
        },
      },
      { id: 'end', type: 'end', name: 'End', position: at(3), config: { output: '{{ nodes.Strongest.output }}' } },
    ],
    edges: [
      { id: 'start-fetch', source: 'start', target: 'fetch' },
      { id: 'fetch-filter', source: 'fetch', target: 'filter' },
      { id: 'filter-end', source: 'filter', target: 'end' },
    ],
  },
}

export const blankTemplate = blank
export const sampleTemplates: readonly WorkflowTemplate[] = [countersigned, intake, feed]
export const allTemplates: readonly WorkflowTemplate[] = [blank, ...sampleTemplates]

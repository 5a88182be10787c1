import type { SampleWorkflow } from './samples'

const TICKET = `(
  $problem := nodes.Problem.output;
  $details := nodes.\`Billing details\`.output ?? nodes.\`Technical details\`.output ?? nodes.\`Other details\`.output;
  {
    "name": $problem.name,
    "category": $problem.category,
    "priority": $details.urgency = "I cannot work" ? "high" : "normal",
    "details": $details
  }
)`

const SUMMARY = `{{ nodes.Ticket.output.name }} has a {{ nodes.Ticket.output.category }} question (priority: {{ nodes.Ticket.output.priority }}).
{{ $join($each(nodes.Ticket.output.details, function($value, $key) { $uppercase($substring($key, 0, 1)) & $replace($substring($key, 1), "_", " ") & ": " & $value }), "\\n") }}`

const category = (name: string) => ({ name, when: `nodes.Problem.output.category = "${name}"` })

export const supportIntake: SampleWorkflow = {
  slug: 'support-intake',
  name: 'Support intake',
  description: 'Asks what the problem is, then what matters for this kind of problem, and sums it up as a ticket.',
  tags: ['sample', 'conversation'],
  definition: {
    schemaVersion: 1,
    kind: 'graph',
    inputs: { type: 'object', properties: {} },
    nodes: [
      { id: 'start', type: 'start', name: 'Start', position: { x: 0, y: 200 } },
      {
        id: 'welcome',
        type: 'message',
        name: 'Welcome',
        position: { x: 280, y: 200 },
        config: { text: 'Welcome. Two short rounds of questions, and your ticket is ready.' },
      },
      {
        id: 'problem',
        type: 'input',
        name: 'Problem',
        position: { x: 560, y: 200 },
        config: {
          prompt: 'What is your name, and what is it about?',
          schema: {
            type: 'object',
            properties: {
              name: { type: 'string', title: 'Your name', minLength: 1, maxLength: 100 },
              category: { type: 'string', title: 'It is about', enum: ['billing', 'technical', 'other'] },
            },
            required: ['name', 'category'],
          },
        },
      },
      {
        id: 'kind',
        type: 'condition',
        name: 'Kind of problem',
        position: { x: 840, y: 200 },
        config: { branches: [category('billing'), category('technical')] },
      },
      {
        id: 'billing',
        type: 'input',
        name: 'Billing details',
        position: { x: 1120, y: 20 },
        config: {
          prompt: 'Thank you, {{ nodes.Problem.output.name }}. Which invoice is it, and what is wrong with it?',
          schema: {
            type: 'object',
            properties: {
              invoice_number: { type: 'string', title: 'Invoice number', minLength: 1, maxLength: 40 },
              amount: { type: 'number', title: 'Amount in question', minimum: 0 },
              question: { type: 'string', title: 'What is wrong?', minLength: 1, maxLength: 2_000 },
            },
            required: ['invoice_number', 'question'],
          },
        },
      },
      {
        id: 'technical',
        type: 'input',
        name: 'Technical details',
        position: { x: 1120, y: 200 },
        config: {
          prompt: 'Thank you, {{ nodes.Problem.output.name }}. What do you see, and how badly does it stop you?',
          schema: {
            type: 'object',
            properties: {
              what_happens: { type: 'string', title: 'What happens?', minLength: 1, maxLength: 2_000 },
              error_message: { type: 'string', title: 'Error message', maxLength: 2_000 },
              urgency: {
                type: 'string',
                title: 'How urgent is it?',
                enum: ['I cannot work', 'I can work around it', 'It is only a question'],
              },
            },
            required: ['what_happens', 'urgency'],
          },
        },
      },
      {
        id: 'other',
        type: 'input',
        name: 'Other details',
        position: { x: 1120, y: 380 },
        config: {
          prompt: 'Thank you, {{ nodes.Problem.output.name }}. How can we help?',
          schema: {
            type: 'object',
            properties: { request: { type: 'string', title: 'Your request', minLength: 1, maxLength: 2_000 } },
            required: ['request'],
          },
        },
      },
      {
        id: 'answered',
        type: 'merge',
        name: 'Answered',
        position: { x: 1400, y: 200 },
        config: { join: 'all' },
        note: 'Waits for the one branch that was taken: paths that were not taken are never waited for.',
      },
      {
        id: 'ticket',
        type: 'transform',
        name: 'Ticket',
        position: { x: 1680, y: 200 },
        config: { expression: TICKET },
      },
      {
        id: 'summary',
        type: 'template',
        name: 'Summary',
        position: { x: 1960, y: 200 },
        config: { text: SUMMARY },
      },
      {
        id: 'thanks',
        type: 'message',
        name: 'Thank you',
        position: { x: 2240, y: 200 },
        config: {
          text: 'Thank you, {{ nodes.Ticket.output.name }}. Your ticket is open.\n\n{{ nodes.Summary.output }}',
          state: { ticket: '{{ nodes.Ticket.output }}' },
        },
      },
      {
        id: 'end',
        type: 'end',
        name: 'End',
        position: { x: 2520, y: 200 },
        config: { output: { ticket: '{{ nodes.Ticket.output }}', summary: '{{ nodes.Summary.output }}' } },
      },
    ],
    edges: [
      { id: 'e1', source: 'start', target: 'welcome' },
      { id: 'e2', source: 'welcome', target: 'problem' },
      { id: 'e3', source: 'problem', target: 'kind' },
      { id: 'e4', source: 'kind', sourcePort: 'billing', target: 'billing' },
      { id: 'e5', source: 'kind', sourcePort: 'technical', target: 'technical' },
      { id: 'e6', source: 'kind', sourcePort: 'else', target: 'other' },
      { id: 'e7', source: 'billing', target: 'answered' },
      { id: 'e8', source: 'technical', target: 'answered' },
      { id: 'e9', source: 'other', target: 'answered' },
      { id: 'e10', source: 'answered', target: 'ticket' },
      { id: 'e11', source: 'ticket', target: 'summary' },
      { id: 'e12', source: 'summary', target: 'thanks' },
      { id: 'e13', source: 'thanks', target: 'end' },
    ],
  },
}

import { definitionSchema, type WorkflowDefinition, type WorkflowDefinitionInput } from '@/lib/workflow/document'
import type { RandomBytes } from './identity'

/** A definition for tests, defaults filled in. */
export function definitionOf(parts: WorkflowDefinitionInput): WorkflowDefinition {
  return definitionSchema.parse(parts)
}

/** Bytes that count up: ids come out the same in every run of a test, and no two are equal. */
export function countingBytes(): RandomBytes {
  let next = 0
  return (count) => {
    next += 1
    return Uint8Array.from({ length: count }, (_, i) => (i === count - 1 ? next % 32 : Math.floor(next / 32) % 32))
  }
}

/** Start → Fetch → Check (large | else) → Send / End. */
export function sample(): WorkflowDefinition {
  return definitionOf({
    nodes: [
      { id: 'start', type: 'start', name: 'Start', position: { x: 0, y: 0 } },
      {
        id: 'fetch',
        type: 'http',
        name: 'Fetch feed',
        position: { x: 320, y: 0 },
        config: { url: '{{ inputs.url }}' },
      },
      {
        id: 'check',
        type: 'condition',
        name: 'Check',
        position: { x: 640, y: 0 },
        config: { branches: [{ name: 'large', when: 'nodes.`Fetch feed`.output.body.count > 10' }] },
      },
      {
        id: 'send',
        type: 'http',
        name: 'Send',
        position: { x: 960, y: -80 },
        config: {
          method: 'POST',
          url: 'https://example.com/{{ nodes.`Fetch feed`.output.status }}',
          body: { text: 'Found {{ nodes.`Fetch feed`.output.body.count }}', checked: '{{ nodes.Check.output }}' },
        },
      },
      {
        id: 'end',
        type: 'end',
        name: 'End',
        position: { x: 1280, y: 0 },
        config: { output: '{{ nodes.Send.output }}' },
      },
    ],
    edges: [
      { id: 'e1', source: 'start', target: 'fetch' },
      { id: 'e2', source: 'fetch', target: 'check' },
      { id: 'e3', source: 'check', sourcePort: 'large', target: 'send' },
      { id: 'e4', source: 'check', sourcePort: 'else', target: 'end' },
      { id: 'e5', source: 'send', target: 'end' },
    ],
  })
}

/** Start → Each order (Ask → Store) → End. The steps inside lie at 40, 100 and 340, 100 of their frame. */
export function withLoop(): WorkflowDefinition {
  return definitionOf({
    nodes: [
      { id: 'start', type: 'start', name: 'Start', position: { x: 0, y: 0 } },
      {
        id: 'loop',
        type: 'forEach',
        name: 'Each order',
        position: { x: 320, y: 0 },
        config: { items: 'inputs.orders' },
      },
      {
        id: 'ask',
        type: 'approval',
        name: 'Ask',
        parentId: 'loop',
        position: { x: 40, y: 100 },
        config: { title: 'Ok?' },
      },
      { id: 'store', type: 'http', name: 'Store', parentId: 'loop', position: { x: 340, y: 100 } },
      { id: 'end', type: 'end', name: 'End', position: { x: 1100, y: 0 } },
    ],
    edges: [
      { id: 'e1', source: 'start', target: 'loop' },
      { id: 'e2', source: 'loop', target: 'end' },
      { id: 'e3', source: 'ask', sourcePort: 'approved', target: 'store' },
    ],
  })
}

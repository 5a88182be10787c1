import type { NodeType } from '@/lib/nodes/node-type'
import { nodeTypes } from '@/lib/nodes/registry'

/** Step types in the order of the palette. */
export const stepTypes: readonly NodeType[] = Object.values(nodeTypes)

export const CATEGORIES: readonly { id: NodeType['category']; title: string }[] = [
  { id: 'flow', title: 'Flow' },
  { id: 'human', title: 'People' },
  { id: 'ai', title: 'AI' },
  { id: 'data', title: 'Data' },
  { id: 'integration', title: 'Integrations' },
]

/** Types whose title, id or description has every word of the text; all of them for an empty text. */
export function searchStepTypes(text: string): NodeType[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return stepTypes.filter((type) => {
    const about = `${type.title} ${type.type} ${type.category} ${type.description}`.toLowerCase()
    return words.every((word) => about.includes(word))
  })
}

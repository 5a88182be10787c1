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

/** Types that have every word of the text in title, id or description, the best first; all of them for an empty text. */
export function searchStepTypes(text: string): NodeType[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const found = stepTypes.filter((type) => {
    const about = `${type.title} ${type.type} ${type.category} ${type.description}`.toLowerCase()
    return words.every((word) => about.includes(word))
  })
  const [first] = words
  return first === undefined ? found : found.sort((a, b) => rank(a, first) - rank(b, first))
}

/** The name counts before the description. */
function rank(type: NodeType, word: string): number {
  const title = type.title.toLowerCase()
  if (title.startsWith(word) || type.type.startsWith(word)) return 0
  return title.includes(word) ? 1 : 2
}

import { describe, expect, test } from 'vitest'
import { nodeType } from '@/lib/nodes/registry'
import { definitionSchema } from '@/lib/workflow/document'
import { allTemplates } from './templates'

describe.each(allTemplates)('the template "$name"', ({ definition }) => {
  const parsed = definitionSchema.parse(definition)

  test('has only known node types, each with a config that its type accepts', () => {
    for (const node of parsed.nodes) {
      const type = nodeType(node.type)
      expect(type, node.type).toBeDefined()
      expect(type?.config.safeParse(node.config), node.name).toMatchObject({ success: true })
    }
  })

  test('connects existing nodes by existing ports', () => {
    for (const edge of parsed.edges) {
      const source = parsed.nodes.find((node) => node.id === edge.source)
      const ports = nodeType(source?.type ?? '')?.ports(source?.config ?? {})
      expect(ports?.map((port) => port.name)).toContain(edge.sourcePort)
      expect(parsed.nodes.map((node) => node.id)).toContain(edge.target)
    }
  })
})

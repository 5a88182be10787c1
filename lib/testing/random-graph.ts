import fc from 'fast-check'
import { definitionSchema, type WorkflowDefinition } from '../workflow/document'

/**
 * Random workflows that compile: a start, a chain of structured blocks (sequence, branch with join, parallel, loop, container), nested.
 * Structured so that loops have one entry, plus random forward edges across the finished graph for unstructured joins.
 */
export const randomWorkflow: fc.Arbitrary<WorkflowDefinition> = fc
  .record({
    shape: fc.letrec<{ block: Block }>((tie) => ({
      block: fc.oneof(
        { maxDepth: 3, depthIdentifier: 'block' },
        fc.constant<Block>({ kind: 'node' }),
        fc.record({
          kind: fc.constant('sequence' as const),
          parts: fc.array(tie('block'), { minLength: 1, maxLength: 3 }),
        }),
        fc.record({
          kind: fc.constant('split' as const),
          isChoice: fc.boolean(),
          join: fc.constantFrom('all' as const, 'any' as const),
          parts: fc.array(tie('block'), { minLength: 2, maxLength: 3 }),
        }),
        fc.record({ kind: fc.constant('loop' as const), body: tie('block') }),
        fc.record({
          kind: fc.constant('container' as const),
          type: fc.constantFrom('forEach' as const, 'while' as const),
          concurrency: fc.integer({ min: 1, max: 3 }),
          collects: fc.boolean(),
          onError: fc.constantFrom('fail' as const, 'continue' as const),
          body: tie('block'),
        }),
      ),
    })).block,
    shortcuts: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 3 }),
    disabled: fc.array(fc.nat(), { maxLength: 2 }),
  })
  .map(({ shape, shortcuts, disabled }) => build(shape, shortcuts, disabled))

type Block =
  | { kind: 'node' }
  | { kind: 'sequence'; parts: Block[] }
  | { kind: 'split'; isChoice: boolean; join: 'all' | 'any'; parts: Block[] }
  | { kind: 'loop'; body: Block }
  | {
      kind: 'container'
      type: 'forEach' | 'while'
      concurrency: number
      collects: boolean
      onError: 'fail' | 'continue'
      body: Block
    }

interface Exit {
  id: string
  port: string
}

interface DrawnNode {
  id: string
  type: string
  name: string
  config: object
  parentId?: string
  policy?: object
  depth: number
  disabled?: boolean
}

function build(shape: Block, shortcuts: [number, number][], disabled: number[]): WorkflowDefinition {
  const nodes: DrawnNode[] = []
  const edges: { id: string; source: string; sourcePort: string; target: string }[] = []
  let depth = 0
  let parentId: string | undefined
  const add = (type: string, config: object = {}, policy?: object) => {
    const id = `n${nodes.length}`
    nodes.push({ id, type, name: id, config, depth, ...(parentId ? { parentId } : {}), ...(policy ? { policy } : {}) })
    return id
  }
  const connect = (from: Exit, target: string) => {
    edges.push({ id: `e${edges.length}`, source: from.id, sourcePort: from.port, target })
  }
  const choice = () =>
    add('condition', {
      branches: [
        { name: 'a', when: 'true' },
        { name: 'b', when: 'true' },
      ],
    })

  const place = (block: Block, from: Exit): Exit => {
    if (block.kind === 'node') {
      const id = add('transform', { expression: 'null' })
      connect(from, id)
      return { id, port: 'out' }
    }
    if (block.kind === 'sequence') return block.parts.reduce((exit, part) => place(part, exit), from)
    if (block.kind === 'split') {
      const fork = block.isChoice ? choice() : add('transform', { expression: 'null' })
      connect(from, fork)
      const ports = block.isChoice ? ['a', 'b', 'else'] : ['out', 'out', 'out']
      const exits = block.parts.map((part, index) => place(part, { id: fork, port: ports[index] ?? 'else' }))
      const join = add('merge', { join: block.join })
      for (const exit of exits) connect(exit, join)
      return { id: join, port: 'out' }
    }
    if (block.kind === 'container') {
      const { type, concurrency, collects, onError } = block
      const config =
        type === 'forEach'
          ? { items: '[1, 2, 3]', concurrency, onItemError: collects ? 'collect' : 'fail' }
          : { when: 'index < 3' }
      const container = add(type, config, { onError })
      connect(from, container)
      const outer = parentId
      depth += 1
      parentId = container
      place(block.body, { id: add('transform', { expression: 'null' }), port: 'out' })
      depth -= 1
      parentId = outer
      return { id: container, port: 'out' }
    }
    depth += 1
    const header = add('transform', { expression: 'null' })
    connect(from, header)
    const exit = place(block.body, { id: header, port: 'out' })
    const latch = choice()
    connect(exit, latch)
    connect({ id: latch, port: 'a' }, header)
    depth -= 1
    return { id: latch, port: 'b' }
  }

  const start = add('start')
  const exit = place(shape, { id: start, port: 'out' })
  const end = add('end')
  connect(exit, end)
  // Forward edges outside every loop keep the graph reducible and make joins that no structure has.
  const outside = nodes.filter((node) => node.depth === 0 && node.type !== 'start')
  for (const [a, b] of shortcuts) {
    const [from, to] = [a % outside.length, b % outside.length].sort((x, y) => x - y)
    const source = outside[from ?? 0]
    const target = outside[to ?? 0]
    if (source && target && source !== target && source.type === 'transform')
      connect({ id: source.id, port: 'out' }, target.id)
  }
  for (const index of disabled) {
    const node = nodes[index % nodes.length]
    if (node?.type === 'transform') node.disabled = true
  }
  return definitionSchema.parse({
    nodes: nodes.map(({ depth: _, ...node }) => node),
    edges,
    settings: { maxNodeVisits: 4 },
  })
}

import fc from 'fast-check'
import { definitionSchema, type WorkflowDefinition } from '../workflow/document'

/**
 * Random workflows that compile: a start, a chain of structured blocks (sequence, branch with join, parallel, loop, container,
 * wait, failure that is handled, early end), nested. Structured so that loops have one entry, plus what no structure has:
 * forward edges across the finished graph, ways out of an inner loop to the head of the outer one or out of
 * both, and exits that every turn of a loop takes.
 */
export const randomWorkflow: fc.Arbitrary<WorkflowDefinition> = workflows(true)

/** The same without what makes the order of events matter: nothing in them cuts off anything else. */
export const randomWorkflowWithoutRaces: fc.Arbitrary<WorkflowDefinition> = workflows(false)

type OnError = 'fail' | 'continue' | 'branch'

type Block =
  | { kind: 'node'; type: string; onError: OnError }
  | { kind: 'sequence'; parts: Block[] }
  | { kind: 'split'; isChoice: boolean; join: 'all' | 'any'; parts: Block[] }
  | { kind: 'loop'; body: Block; way: 'none' | 'outer' | 'out' | 'beside' }
  | {
      kind: 'container'
      type: 'forEach' | 'while'
      concurrency: number
      collects: boolean
      onError: OnError
      body: Block
    }
  /** A choice leads to an End that ends all, or to Fail, instead of going on. */
  | { kind: 'early'; type: 'end' | 'fail' }

/** A human task or another wait has a port of its own that goes on. */
export const PORT_OF: Record<string, string> = { approval: 'approved' }

function workflows(hasRaces: boolean): fc.Arbitrary<WorkflowDefinition> {
  const node = fc.record({
    kind: fc.constant('node' as const),
    type: fc.constantFrom('transform', 'transform', 'http', 'approval', 'input', 'delay', 'callback'),
    onError: fc.constantFrom<OnError>('fail', 'fail', 'continue', 'branch'),
  })
  const early = fc.record({
    kind: fc.constant('early' as const),
    type: fc.constantFrom('end' as const, 'fail' as const),
  })
  const shape = fc.letrec<{ block: Block }>((tie) => ({
    block: fc.oneof(
      { maxDepth: 4, depthSize: 'medium', depthIdentifier: 'block' },
      node,
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
      fc.record({
        kind: fc.constant('loop' as const),
        body: tie('block'),
        way: fc.constantFrom('none' as const, 'outer' as const, 'out' as const, 'beside' as const),
      }),
      fc.record({
        kind: fc.constant('container' as const),
        type: fc.constantFrom('forEach' as const, 'while' as const),
        concurrency: fc.integer({ min: 1, max: 3 }),
        collects: fc.boolean(),
        onError: fc.constantFrom<OnError>('fail', 'continue', 'branch'),
        body: tie('block'),
      }),
      ...(hasRaces ? [early] : []),
    ),
  })).block
  return fc
    .record({
      shape: fc.record({
        kind: fc.constant('sequence' as const),
        parts: fc.array(shape, { minLength: 1, maxLength: 3 }),
      }),
      shortcuts: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 3 }),
      disabled: fc.array(fc.nat(), { maxLength: 2 }),
    })
    .map((drawn) => new Drawing().finish(drawn.shape, drawn.shortcuts, drawn.disabled))
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

const CONFIGS: Record<string, object> = {
  transform: { expression: 'null' },
  http: { method: 'GET', url: '/samples/x' },
  approval: { title: 'Go on?' },
  input: { prompt: 'What?', schema: { type: 'object', properties: {} } },
  delay: { seconds: 60 },
  fail: { message: 'Enough.' },
  condition: {
    branches: [
      { name: 'a', when: 'true' },
      { name: 'b', when: 'true' },
    ],
  },
}

/** Types that go on at the port `out`. */
const HAS_OUT = new Set(['transform', 'http', 'input', 'delay', 'callback', 'merge', 'forEach', 'while'])

class Drawing {
  private readonly nodes: DrawnNode[] = []
  private readonly edges: { id: string; source: string; sourcePort: string; target: string }[] = []
  private depth = 0
  private parentId: string | undefined
  /** Headers of the loops around, in the same container, from the outside in. */
  private headers: string[] = []

  finish(shape: Block, shortcuts: [number, number][], disabled: number[]): WorkflowDefinition {
    const start = this.add('start')
    const end = this.place(shape, { id: start, port: 'out' })
    this.connect(end, this.add('end'))
    // Forward edges outside every loop keep the graph reducible and make joins that no structure has.
    const outside = this.nodes.filter((node) => node.depth === 0 && node.type !== 'start')
    for (const [a, b] of shortcuts) {
      const [from, to] = [a % outside.length, b % outside.length].sort((x, y) => x - y)
      const [source, target] = [outside[from ?? 0], outside[to ?? 0]]
      if (source && target && source !== target && HAS_OUT.has(source.type))
        this.connect({ id: source.id, port: 'out' }, target.id)
    }
    for (const index of disabled) {
      const node = this.nodes[index % this.nodes.length]
      if (node && node.type !== 'start') node.disabled = true
    }
    const nodes = this.nodes.map(({ depth: _, ...node }) => node)
    return definitionSchema.parse({ nodes, edges: this.edges, settings: { maxNodeVisits: 4 } })
  }

  private add(type: string, config: object = CONFIGS[type] ?? {}, onError: OnError = 'fail'): string {
    const id = `n${this.nodes.length}`
    const { depth, parentId } = this
    const policy = onError === 'fail' ? {} : { policy: { onError } }
    this.nodes.push({ id, type, name: id, config, depth, ...(parentId ? { parentId } : {}), ...policy })
    return id
  }

  private connect(from: Exit, target: string): void {
    this.edges.push({ id: `e${this.edges.length}`, source: from.id, sourcePort: from.port, target })
  }

  private place(block: Block, from: Exit): Exit {
    switch (block.kind) {
      case 'node': {
        const id = this.add(block.type, CONFIGS[block.type], block.onError)
        this.connect(from, id)
        return this.withErrors({ id, port: PORT_OF[block.type] ?? 'out' }, block.onError)
      }
      case 'sequence':
        return block.parts.reduce((exit, part) => this.place(part, exit), from)
      case 'split': {
        const fork = this.add(block.isChoice ? 'condition' : 'transform')
        this.connect(from, fork)
        const ports = block.isChoice ? ['a', 'b', 'else'] : ['out', 'out', 'out']
        const exits = block.parts.map((part, index) => this.place(part, { id: fork, port: ports[index] ?? 'else' }))
        return this.merged(exits, block.join)
      }
      case 'early': {
        const choice = this.add('condition')
        this.connect(from, choice)
        this.connect(
          { id: choice, port: 'a' },
          this.add(block.type, block.type === 'end' ? { endsAll: true } : undefined),
        )
        return { id: choice, port: 'b' }
      }
      case 'loop':
        return this.placeLoop(block, from)
      case 'container':
        return this.placeContainer(block, from)
    }
  }

  private merged(exits: Exit[], join: 'all' | 'any'): Exit {
    const id = this.add('merge', { join })
    for (const exit of exits) this.connect(exit, id)
    return { id, port: 'out' }
  }

  /** What flows on as an error meets what goes well. */
  private withErrors(exit: Exit, onError: OnError): Exit {
    return onError === 'branch' ? this.merged([exit, { id: exit.id, port: 'error' }], 'all') : exit
  }

  private placeLoop(block: Block & { kind: 'loop' }, from: Exit): Exit {
    const outer = this.headers.at(-1)
    this.depth += 1
    const header = this.add('transform')
    this.connect(from, header)
    this.headers.push(header)
    const latch = this.add('condition')
    this.connect(this.place(block.body, { id: header, port: 'out' }), latch)
    this.connect({ id: latch, port: 'a' }, header)
    this.headers.pop()
    this.depth -= 1
    if (block.way === 'outer' && outer !== undefined) this.connect({ id: latch, port: 'else' }, outer)
    if (block.way === 'out') this.connect({ id: latch, port: 'else' }, this.add('transform'))
    const exit = { id: latch, port: 'b' }
    if (block.way !== 'beside') return exit
    // Every turn leaves by this edge too: it counts once.
    return this.merged([exit, { id: header, port: 'out' }], 'all')
  }

  private placeContainer(block: Block & { kind: 'container' }, from: Exit): Exit {
    const { type, concurrency, collects, onError } = block
    const list = { items: '[1, 2, 3]', concurrency, onItemError: collects ? 'collect' : 'fail' }
    const id = this.add(type, type === 'forEach' ? list : { when: 'index < 3' }, onError)
    this.connect(from, id)
    const { parentId, headers } = this
    this.depth += 1
    this.parentId = id
    this.headers = []
    this.place(block.body, { id: this.add('transform'), port: 'out' })
    this.parentId = parentId
    this.headers = headers
    this.depth -= 1
    return this.withErrors({ id, port: 'out' }, onError)
  }
}

import { describe, expect, test } from 'vitest'
import { draw } from '../testing/definition'
import { validateDefinition } from './validate'

const codes = (input: unknown) =>
  validateDefinition(input).problems.map((problem) => `${problem.severity} ${problem.code} ${problem.path}`)

describe('validateDefinition', () => {
  test('a sound workflow has no problems', () => {
    expect(codes(draw(['start>transform', 'transform>end']))).toEqual([])
  })

  test.each([undefined, null, 42, 'text', [], { nodes: 'no' }, { nodes: [{}] }])('never throws: %j', (input) => {
    expect(validateDefinition(input).problems.length).toBeGreaterThan(0)
  })

  test('an unknown field is named with its path and node', () => {
    const { problems } = validateDefinition({ nodes: [{ id: 'a', type: 'start', name: 'A', colour: 'red' }] })
    expect(problems).toMatchObject([{ path: 'nodes.0.colour', nodeId: 'a', severity: 'error' }])
  })

  test('ids and names that repeat are refused', () => {
    const node = { id: 'a', type: 'start', name: 'A' }
    expect(codes({ nodes: [node, { ...node, type: 'end' }] })).toEqual(
      expect.arrayContaining(['error duplicate_id nodes.1.id', 'error duplicate_name nodes.1.name']),
    )
  })

  test('an unknown type suggests the nearest', () => {
    const { problems } = validateDefinition(draw(['start>a', 'a>end'], { a: { type: 'transfrom' } }))
    expect(problems[0]?.message).toContain('Did you mean "transform"?')
  })

  test('a config error names the field', () => {
    const { problems } = validateDefinition(
      draw(['start>http', 'http>end'], { http: { config: { method: 'BREW', url: '' } } }),
    )
    expect(problems.map((problem) => problem.path)).toEqual(['nodes.0.config.method', 'nodes.0.config.url'])
    expect(problems.every((problem) => problem.nodeId === 'http')).toBe(true)
  })

  test('a template in a field of another type is checked when it runs', () => {
    const config = { method: 'GET', url: '/samples/x', timeoutSeconds: '{{ inputs.seconds }}' }
    const inputs = { type: 'object', properties: { seconds: { type: 'number' } } }
    expect(codes(draw(['start>http', 'http>end'], { http: { config } }, { inputs }))).toEqual([])
  })

  test('edges must join nodes that exist by ports that exist', () => {
    const dangling = draw(['start>end'])
    dangling.edges.push({ id: 'x', source: 'start', sourcePort: 'out', target: 'ghost' })
    expect(codes(dangling)).toEqual(['error dangling_edge edges.1.target'])
    expect(codes(draw(['start:sideways>end']))).toContain('error unknown_port edges.0.sourcePort')
  })

  test('the port error exists when errors branch', () => {
    const nodes = { transform: { policy: { onError: 'branch' as const } } }
    expect(codes(draw(['start>transform', 'transform>end', 'transform:error>end_2'], nodes))).toEqual([])
  })

  test('nothing may lead to the start, and there is one', () => {
    expect(codes(draw(['start>transform', 'transform>start']))).toContain('error no_input edges.1.target')
    expect(codes(draw(['start>end', 'start_2>end']))).toContain('error several_starts nodes.2')
    expect(codes(draw(['transform>end']))).toContain('error no_start nodes')
  })

  test('cycles: fine in a graph, refused in a dag, refused when they have two entries', () => {
    const nodes = { check: { type: 'condition', config: { branches: [{ name: 'again', when: 'true' }] } } }
    const loop = ['start>work', 'work>check', 'check:again>work', 'check:else>end']
    expect(codes(draw(loop, nodes))).toEqual([])
    expect(codes(draw(loop, nodes, { kind: 'dag' }))).toEqual(['error cycle_in_dag edges.2'])
    expect(codes(draw(['start>a', 'start>b', 'a>b', 'b>a', 'a>end']))).toEqual([
      expect.stringContaining('error irreducible_loop edges.'),
    ])
  })

  test('a node that nothing leads to is a warning', () => {
    expect(codes(draw(['start>end', 'stray>end']))).toEqual(['warning unreachable nodes.2'])
  })

  test('expressions must parse and name what exists', () => {
    const withExpression = (expression: string) =>
      draw(['start>transform', 'transform>later', 'later>end'], { transform: { config: { expression } } })
    expect(codes(withExpression('1 +'))).toEqual(['error bad_expression nodes.0.config.expression'])
    expect(codes(withExpression('nodes.strat.output'))).toEqual(['error unknown_node nodes.0.config.expression'])
    expect(codes(withExpression('inputs.missing'))).toEqual(['error unknown_input nodes.0.config.expression'])
    expect(codes(withExpression('nodes.later.output'))).toEqual(['warning not_before nodes.0.config.expression'])
    expect(codes(withExpression('nodes.start.output'))).toEqual([])
  })

  test('a template that does not parse is named by its place', () => {
    const nodes = {
      http: { config: { method: 'GET', url: 'https://x.test/{{ 1 + }}', headers: { a: '{{ nodes.nope.output }}' } } },
    }
    expect(codes(draw(['start>http', 'http>end'], nodes))).toEqual([
      'error bad_expression nodes.0.config.url',
      'error unknown_node nodes.0.config.headers.a',
    ])
  })

  test('a name of the scope inside a filter is pointed out', () => {
    const inputs = { type: 'object', properties: { limit: {}, rows: {} } }
    const nodes = { transform: { config: { expression: 'inputs.rows[price > inputs.limit]' } } }
    const { problems } = validateDefinition(draw(['start>transform', 'transform>end'], nodes, { inputs }))
    expect(problems).toMatchObject([
      { severity: 'warning', code: 'name_in_filter', message: expect.stringContaining('write $inputs') },
    ])
  })

  test.each([
    ['limit', 'warning unknown_name', 'Did you mean "inputs.limit"?'],
    ['customer', 'warning unknown_name', 'must be given as a dynamic variable'],
    ['item.price', 'error no_item', 'only inside a container'],
  ])('the bare name %s', (expression, code, message) => {
    const inputs = { type: 'object', properties: { limit: {} } }
    const nodes = { transform: { config: { expression } } }
    const { problems } = validateDefinition(draw(['start>transform', 'transform>end'], nodes, { inputs }))
    expect(problems.map((problem) => `${problem.severity} ${problem.code}`)).toEqual([code])
    expect(problems[0]?.message).toContain(message)
  })

  test.each(['customer ?? 1', '$exists(customer) ? customer : 1', 'nodes.later.output ?? 1'])(
    '%s allows for absence',
    (expression) => {
      const nodes = { transform: { config: { expression } } }
      expect(codes(draw(['start>transform', 'transform>later', 'later>end'], nodes))).toEqual([])
    },
  )

  test('schemas must be readable', () => {
    const bad = { type: 'object', properties: { a: { type: 'strin' } } }
    const config = { prompt: 'Hi', schema: bad }
    expect(codes(draw(['start>input', 'input>end'], { input: { config } }, { inputs: bad }))).toEqual([
      'error bad_schema inputs',
      'error bad_schema nodes.0.config.schema',
    ])
  })

  test('a definition that nests without end is refused, not read', () => {
    const config: Record<string, unknown> = {}
    let deepest = config
    for (let level = 0; level < 200_000; level++) {
      const next = {}
      deepest.a = next
      deepest = next
    }
    expect(codes({ nodes: [{ id: 'a', type: 'http', name: 'A', config }] })).toEqual(['error too_deep '])
  })

  test('a thousand nodes in a chain that all look back are checked at once', () => {
    const nodes = Array.from({ length: 999 }, (_, index) => ({
      id: `n${index}`,
      type: index === 0 ? 'start' : 'transform',
      name: `n${index}`,
      config: index === 0 ? {} : { expression: `nodes.n${index - 1}.output` },
    }))
    const edges = nodes.slice(1).map(({ id }, index) => ({ id: `e${index}`, source: `n${index}`, target: id }))
    expect(codes({ nodes, edges })).toEqual(['warning no_end nodes'])
  })
})

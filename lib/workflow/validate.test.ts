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

  test('a step beside a loop that looks as if it ran on every turn is a warning', () => {
    const nodes = { check: { type: 'condition', config: { branches: [{ name: 'again', when: 'true' }] } } }
    const loop = ['start>work', 'work>check', 'check:again>work', 'check:else>end']
    const beside = draw([...loop, 'work>notify'], nodes)
    expect(codes(beside)).toEqual(['warning leaves_loop edges.4'])
    expect(validateDefinition(beside).problems[0]?.message).toBe(
      'notify is outside of the loop that work is in, because nothing leads back from it: it runs once, not on every turn. Let it lead on to a step of the loop if it is part of a turn.',
    )
    expect(codes(draw([...loop, 'work>notify', 'notify>check'], nodes))).toEqual([])
    expect(codes(draw([...loop, 'check:else>end_2'], nodes))).toEqual([])
    const twoLoops = [
      'start>outer',
      'outer>work',
      'work>check',
      'check:again>work',
      'work>tell',
      'check:else>last',
      'last:error>outer',
      'last>end',
    ]
    expect(codes(draw(twoLoops, { ...nodes, last: { policy: { onError: 'branch' } } }))).toEqual([
      'warning leaves_loop edges.4',
    ])
    const backFromInside = [
      'start>outer',
      'outer>work',
      'work>check',
      'check:again>work',
      'check:else>outer',
      'check:else>end',
    ]
    expect(codes(draw(backFromInside, nodes))).toEqual(['warning leaves_loop edges.5'])
  })

  test('a node that nothing leads to is a warning', () => {
    expect(codes(draw(['start>end', 'stray>end']))).toEqual(['warning unreachable nodes.2'])
  })

  test('so is one inside a container that only a cycle leads to', () => {
    const inside = { parentId: 'forEach' }
    const drawing = draw(['start>forEach', 'forEach>end', 'b>c', 'c>b'], {
      forEach: {},
      a: inside,
      b: inside,
      c: inside,
    })
    expect(codes(drawing)).toEqual(['warning unreachable nodes.2', 'warning unreachable nodes.3'])
    expect(validateDefinition(drawing).problems[0]?.message).toBe(
      'b never runs: no path leads to it from the first step inside forEach.',
    )
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

  describe('containers', () => {
    const inside = (parentId: string, expression = '1') => ({ parentId, config: { expression } })
    const listed = (expression: string, rest: Parameters<typeof draw>[1] = {}) =>
      draw(['start>forEach', 'forEach>after', 'after>end', 'a>b'], {
        ...{ forEach: {}, a: inside('forEach'), b: inside('forEach'), after: { config: { expression } } },
        ...rest,
      })

    test('what is inside is not seen from outside: the container is read instead', () => {
      const { problems } = validateDefinition(listed('nodes.a.output'))
      expect(problems).toMatchObject([
        { severity: 'error', code: 'not_in_scope', nodeId: 'after', path: 'nodes.3.config.expression' },
      ])
      expect(problems[0]?.message).toContain('read nodes.forEach.output')
      expect(codes(listed('nodes.forEach.output.results'))).toEqual([])
      expect(codes({ ...listed('1'), outputs: { x: 'nodes.b.output' } })).toEqual(['error not_in_scope outputs.x'])
    })

    test('inside, what is inside and what is around are seen', () => {
      const b = (expression: string) => listed('1', { b: inside('forEach', expression) })
      expect(codes(b('nodes.a.output'))).toEqual([])
      expect(codes(b('nodes.start.output'))).toEqual([])
      expect(codes(b('nodes.after.output'))).toEqual(['warning not_before nodes.2.config.expression'])
    })

    test('the outermost container that hides a step is named', () => {
      const deep = listed('nodes.deep.output', { while: { parentId: 'forEach' }, deep: inside('while') })
      expect(validateDefinition(deep).problems[0]?.message).toContain('"deep" is inside "forEach"')
      const near = listed('1', {
        while: { parentId: 'forEach' },
        deep: inside('while'),
        b: inside('forEach', 'nodes.deep.output'),
      })
      expect(validateDefinition(near).problems[0]?.message).toContain('"deep" is inside "while"')
    })

    test.each(['forEach', 'while'])('a step inside one %s is not seen from another', (type) => {
      const other = {
        other: { type, config: type === 'while' ? { when: 'index < 2' } : { items: '[1]' } },
        c: inside('other', 'nodes.a.output'),
      }
      expect(codes(listed('1', other))).toContainEqual(expect.stringMatching(/^error not_in_scope /))
    })

    test('item and index exist inside only, and in the condition of a while', () => {
      expect(codes(listed('item'))).toEqual(['error no_item nodes.3.config.expression'])
      expect(codes(listed('index + 1'))).toEqual(['error no_item nodes.3.config.expression'])
      expect(codes(listed('1', { b: inside('forEach', 'item.price * index') }))).toEqual([])
      const asks = (field: 'when' | 'items') =>
        draw([`start>x`, 'x>end'], {
          x: { type: field === 'when' ? 'while' : 'forEach', config: { [field]: 'item = 1' } },
          a: { parentId: 'x' },
        })
      expect(codes(asks('when'))).toEqual([])
      expect(codes(asks('items'))).toEqual(['error no_item nodes.0.config.items'])
    })

    test('a retry or time limit of a container is refused, one of a step inside is not', () => {
      const retry = { maxAttempts: 3 }
      expect(codes(listed('1', { forEach: { policy: { retry, timeoutMs: 1_000, atMostOnce: true } } }))).toEqual([
        'error not_for_containers nodes.0.policy.retry',
        'error not_for_containers nodes.0.policy.timeoutMs',
        'error not_for_containers nodes.0.policy.atMostOnce',
      ])
      expect(codes(listed('1', { forEach: { policy: { retry: { maxAttempts: 1 }, onError: 'continue' } } }))).toEqual(
        [],
      )
      expect(codes(listed('1', { a: { ...inside('forEach'), policy: { retry, timeoutMs: 1_000 } } }))).toEqual([])
    })

    test('the problems of its borders are told with their places', () => {
      expect(
        codes(draw(['start>forEach', 'forEach>end', 'start>a'], { forEach: {}, a: { parentId: 'forEach' } })),
      ).toEqual(['error crosses_container edges.2'])
      expect(codes(draw(['start>forEach', 'forEach>end']))).toEqual(['error empty_container nodes.1'])
      expect(codes(draw(['start>end'], { a: { parentId: 'end' } }))).toEqual(
        expect.arrayContaining(['error bad_parent nodes.0.parentId']),
      )
    })
  })

  test('a callback is named by its step', () => {
    const named = (name: string) =>
      draw(['start>transform', 'transform>callback', 'callback>end'], {
        transform: { config: { expression: `callbacks.${name}` } },
      })
    expect(codes(named('callback'))).toEqual([])
    const { problems } = validateDefinition(named('calback'))
    expect(problems).toMatchObject([{ severity: 'error', code: 'unknown_callback', path: 'nodes.0.config.expression' }])
    expect(problems[0]?.message).toContain('Did you mean "callback"?')
    expect(codes(named('start'))).toEqual(['error unknown_callback nodes.0.config.expression'])
  })

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

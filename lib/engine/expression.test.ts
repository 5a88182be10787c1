import fc from 'fast-check'
import jsonata from 'jsonata'
import { describe, expect, test } from 'vitest'
import { compileExpression, evaluateExpression, MAX_EXPRESSION_LENGTH, referencedNodes } from './expression'
import { ExpressionError } from './expression-error'
import { buildScope, type ScopeParts } from './expression-scope'

const RUN = { id: 'run-1', started_at: '2030-01-01T00:00:00.000Z', workflow_id: 'wf-1' }

function scopeOf(parts: Partial<ScopeParts> = {}) {
  return buildScope({ inputs: {}, nodeNames: Object.keys(parts.outputs ?? {}), run: RUN, ...parts })
}

const evaluate = (source: string, parts: Partial<ScopeParts> = {}) => evaluateExpression(source, scopeOf(parts))

async function failure(source: string, parts: Partial<ScopeParts> = {}): Promise<ExpressionError> {
  try {
    const value = await evaluate(source, parts)
    throw new Error(`gave ${JSON.stringify(value)}`)
  } catch (error) {
    if (error instanceof ExpressionError) return error
    throw error
  }
}

describe('values', () => {
  const parts: Partial<ScopeParts> = {
    inputs: { amount: 5, list: [3, 1, 2], nested: { a: { b: [1] } } },
    inputSchema: { properties: { amount: {}, optional: {} } },
    outputs: { Fetch: { items: [{ price: 2 }, { price: 4 }] }, 'Two words': 'x' },
    nodeNames: ['Fetch', 'Two words', 'Not run'],
    vars: { customer: 'Ada', 'first-name': 'Grace' },
    runtime: { region: 'eu' },
    team: { name: 'Ops' },
  }
  test.each([
    ['inputs.amount', 5],
    ['inputs.amount + 1', 6],
    ['inputs.optional', null],
    ['inputs.nested.a.b', [1]],
    ['inputs.nested.a.missing', null],
    ['inputs.list^($)', [1, 2, 3]],
    ['inputs.list[$ > 1]', [3, 2]],
    ['nodes.Fetch.output.items.price', [2, 4]],
    ['$sum(nodes.Fetch.output.items.price)', 6],
    ['nodes.`Two words`.output', 'x'],
    ['nodes.`Not run`.output', null],
    ['nodes.`Not run`.output ?? "none"', 'none'],
    ['nodes.Fetch.output.items[price > $inputs.amount - 2]', { price: 4 }],
    ['nodes.Fetch.output.items[price > $inputs.amount - 2][]', [{ price: 4 }]],
    ['customer', 'Ada'],
    ['vars.customer', 'Ada'],
    ['first-name', 'Grace'],
    ['runtime.region', 'eu'],
    ['run.id', 'run-1'],
    ['team.name', 'Ops'],
    ['"a" & 1 & null', 'a1null'],
    ['"text"', 'text'],
    ['true', true],
    ['null', null],
    ['inputs.list = [3, 1, 2]', true],
    ['inputs.amount != 4', true],
    ['{"a": {"b": [1]}}', { a: { b: [1] } }],
    ['$distinct([1, 1, {"a": 1, "b": 2}, {"b": 2, "a": 1}])', [1, { a: 1, b: 2 }]],
    ['$match("ab12", /[a-z]+(\\d+)/).groups', ['12']],
    ['$replace("John Smith", /(\\w+) (\\w+)/, "$2, $1")', 'Smith, John'],
    ['$map(["a", "b"], $pad(?, 3))', ['a  ', 'b  ']],
    ['{"a": {"b": 1}} ~> |a|{"b": 2}|', { a: { b: 2 } }],
    ['$toMillis("06/02/2018", "[D01]/[M01]/[Y0001]")', 1517875200000],
  ])('%s', async (source, expected) => {
    expect(await evaluate(source, parts)).toEqual(expected)
  })

  test('item and index exist inside a container', async () => {
    expect(await evaluate('item.name & index', { item: { name: 'a' }, index: 2 })).toBe('a2')
    expect((await failure('item.name')).message).toBe('"item" exists only inside a container such as forEach.')
  })

  test('a result is plain JSON: no marks, no prototypes, and nothing of it is copied that is plain already', async () => {
    const body = { rows: [{ id: 1 }] }
    expect(await evaluate('nodes.A.output', { outputs: { A: body } })).toBe(body)
    const list = await evaluate('inputs.rows.id', { inputs: { rows: [{ id: 1 }, { id: 2 }] } })
    expect(Object.getOwnPropertyNames(list)).toEqual(['0', '1', 'length'])
    const merged = await evaluate('$merge([{"a": 1}, {"b": 2}])')
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype)
  })
})

describe('names', () => {
  const parts: Partial<ScopeParts> = {
    inputs: { minimum_magnitude: 5 },
    outputs: { 'Fetch feed': {} },
    vars: { customer: 'Ada' },
  }
  test.each([
    ['inputs.minimum_magnitud', 0, 'There is no input "minimum_magnitud". Did you mean "minimum_magnitude"?'],
    ['1 + input.x', 4, 'There is no name "input". Did you mean "inputs"?'],
    ['nodes.`Fetch fed`.output', 0, 'There is no node "Fetch fed". Did you mean "Fetch feed"?'],
    ['custmer', 0, 'There is no name "custmer". Did you mean "customer"?'],
    ['vars.nothing_like_it', 0, 'There is no dynamic variable "nothing_like_it".'],
    ['run.idd', 0, 'There is no run field "idd". Did you mean "id"?'],
    ['$map([1], function($x) { inputs.nope })', 25, 'There is no input "nope".'],
  ])('%s is refused with a hint', async (source, position, message) => {
    expect(await failure(source, parts)).toMatchObject({ code: 'missing_name', position, message })
  })

  test.each(['vars.nope ?? 1', 'nope ?? 1', '$exists(vars.nope) ? vars.nope : 1', 'vars.nope ?: 1'])(
    '%s allows for absence',
    async (source) => {
      expect(await evaluate(source)).toBe(1)
    },
  )

  test('members of items and variables of functions are not names of the scope', async () => {
    const inputs = { items: [{ price: 2 }, { price: 4 }] }
    expect(await evaluate('inputs.items[price = 4].price', { inputs })).toBe(4)
    expect(await evaluate('$map(inputs.items, function($item, $index) { $item.price + $index })', { inputs })).toEqual([
      2, 5,
    ])
  })

  test('a scope name inside a filter is pointed out', () => {
    const { suspects } = compileExpression('inputs.items[price > inputs.limit]')
    expect(suspects).toEqual([{ name: 'inputs', position: 21 }])
  })

  test('the nodes that an expression reads are known before it runs', () => {
    expect(referencedNodes('nodes.A.output + nodes.`B c`.output.x & $nodes.D.y')).toEqual({
      names: ['A', 'B c', 'D'],
      everything: false,
    })
    expect(referencedNodes('$lookup(nodes, inputs.name)').everything).toBe(true)
    expect(referencedNodes('inputs.a').names).toEqual([])
  })

  test('only outputs that are read are loaded', async () => {
    const asked: string[] = []
    const loadOutput = async (name: string) => {
      asked.push(name)
      return { value: name }
    }
    const value = await evaluate('nodes.B.output.value', { nodeNames: ['A', 'B', 'C'], loadOutput })
    expect([value, asked]).toEqual(['B', ['B']])
  })
})

describe('mistakes', () => {
  test.each([
    ['', 'syntax', 'The expression is empty.'],
    ['1 +', 'syntax', 'The expression ends too early.'],
    ['(1', 'syntax', 'The end came too early: ) is missing.'],
    ['"open', 'syntax', 'A text is not closed: the second quote is missing.'],
    ['sum([1])', 'not_a_function', 'Functions begin with a dollar sign: write $sum( ).'],
    ['$summ([1])', 'not_a_function', 'There is no function $summ.'],
    ['1 + "a"', 'type', 'The right side of + is not a number.'],
    ['1 > "a"', 'type', 'Both sides of > must be of one type.'],
    ['1 / 0', 'no_json', 'The result holds a number that is not finite.'],
    ['$sum', 'no_json', 'The result holds a function: call it, with ( ) behind its name.'],
    ['$error("No feed")', 'failed', 'No feed.'],
    [`"${'x'.repeat(MAX_EXPRESSION_LENGTH)}"`, 'too_long', expect.stringContaining('at most 4096')],
  ])('%s', async (source, code, message) => {
    expect(await failure(source)).toMatchObject({ code, message })
  })
})

/** Every one of these must end in a typed error, and soon. The machine may be slow: nothing is timed, only the end is awaited. */
describe('what would run long or grow large is stopped', { timeout: 60_000 }, () => {
  const doubling = '$g := function($n) { $n = 0 ? {} : ($x := $g($n - 1); {"a": $x, "b": $x}) }'
  test.each([
    ['($f := function() { $f() }; $f())', 'timeout'],
    ['($f := function($n) { 1 + $f($n + 1) }; $f(1))', /timeout|too_deep/],
    ['[1..10000000]', 'too_large'],
    ['$pad("a", 1000000000)', 'too_large'],
    ['($f := function($x, $n) { $n = 0 ? $x : $f($x & $x, $n - 1) }; $length($f("a", 40)))', 'too_large'],
    [`(${doubling}; $string($g(40)))`, 'too_large'],
    [`(${doubling}; $g(40) = $g(40))`, 'too_large'],
    [`(${doubling}; $g(40))`, 'too_large'],
    ['$join($map([1..100000], function() { $pad("", 10000) }))', /too_large|timeout/],
    ['$replace($pad("", 100000, "a"), "a", $pad("", 100000))', 'too_large'],
    ['$split($pad("", 1000000, "a"), "")', 'too_large'],
    ['$toMillis($pad("", 1000, "1"), "[Y]-[M]")', 'too_large'],
    ['$toMillis("1111111111", "[Y]1[M]1[D]1[H]")', 'not_allowed'],
    ['$toMillis("aaaaaaaaaaaa", "[MN]a[FN]a[PN]")', 'not_allowed'],
  ])('%s', async (source, code) => {
    const error = await failure(source)
    expect(error.code).toMatch(code)
  })

  test('a pattern that could hang is refused when the expression is read, before anything runs', () => {
    expect(() => compileExpression('false ? $match("a", /(?=a)/) : 1')).toThrow(/look-ahead/)
  })

  test('a pattern that backtracks elsewhere ends in linear time here', async () => {
    const text = `${'a'.repeat(50_000)}!`
    expect(await evaluate('$contains(inputs.text, /(a+)+$/)', { inputs: { text } })).toBe(false)
  })

  test.each(['/(?=a)/', '/(?<!a)b/', '/(a)\\1/'])('the pattern %s is refused by name', async (pattern) => {
    expect((await failure(`$match("a", ${pattern})`)).code).toBe('regex')
  })

  test('grouping into more groups than a stack would hold is no runaway', async () => {
    const rows = Array.from({ length: 3_000 }, (_, index) => ({ id: `k${index}`, v: index }))
    const grouped = await evaluate('inputs.rows{id: $sum(v)}', { inputs: { rows } })
    expect(Object.keys(grouped as object)).toHaveLength(3_000)
  })
})

describe('an expression reaches nothing but its scope', () => {
  const secrets = ['constructor', '__proto__', 'prototype', 'process', 'globalThis', 'require', 'Function', 'toString']
  test.each(secrets)('%s is no name', async (name) => {
    expect((await failure(name)).code).toBe('missing_name')
    expect(await evaluate(`inputs.deep.${name}`, { inputs: { deep: {} } })).toBeNull()
    expect(await evaluate(`inputs.deep.${name}.${name}`, { inputs: { deep: 'text' } })).toBeNull()
    expect(await evaluate(`$lookup(inputs.deep, "${name}")`, { inputs: { deep: [] } })).toBeNull()
    expect(await evaluate(`(function($x) { $x })($sum).${name} ?? "none"`)).toBe('none')
  })

  test('a key __proto__ stays a member', async () => {
    const inputs = JSON.parse('{"evil": {"__proto__": {"polluted": true}}}')
    const results = [
      await evaluate('$merge([inputs.evil])', { inputs }),
      await evaluate('{"__proto__": {"polluted": true}}'),
      await evaluate('inputs ~> |evil|{"__proto__": {"polluted": true}}|', { inputs }),
    ]
    expect(results).toHaveLength(3)
    expect(Object.hasOwn(results[0] as object, '__proto__')).toBe(true)
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  test('a function of the language cannot be changed for others', async () => {
    const poison = '($f := function($x) { 666 }; {} ~> |$sum|{"implementation": $f}|)'
    expect((await failure(poison)).code).toBe('not_allowed')
    expect((await failure('[1] ~> |[$max, $min]|{"arity": 0}|')).code).toBe('not_allowed')
    expect(await evaluate('$sum([1, 2])')).toBe(3)
  })

  test('outputs cannot be changed in place', async () => {
    const inputs = { a: { b: 1 } }
    expect((await failure('($clone := function($x) { $x }; inputs ~> |a|{"b": 2}|)', { inputs })).code).toBe(
      'not_allowed',
    )
    expect(await evaluate('inputs ~> |a|{"b": 2}|', { inputs })).toEqual({ a: { b: 2 } })
    expect(inputs).toEqual({ a: { b: 1 } })
  })

  test('text never runs as an expression', async () => {
    expect((await failure('$eval("1 + 1")')).code).toBe('not_allowed')
    expect((await failure('($e := $eval; $e("1 + 1"))')).code).toBe('not_allowed')
  })

  test('data that imitates a function of the language is data', async () => {
    const body = { type: 'string', value: 'ran' }
    const lambda = { _jsonata_lambda: true, arguments: [], body, thunk: true, input: null }
    const inputs = { lambda, native: { _jsonata_function: true, implementation: 'x' } }
    for (const source of [
      'inputs.lambda()',
      'inputs.lambda(?)',
      '($f := inputs.lambda; $f(?, 1))',
      '($f := inputs.lambda; $f())',
    ]) {
      const error = await failure(source, { inputs: structuredClone(inputs) })
      expect(error.code).toMatch(/not_a_function|not_allowed|type/)
    }
    expect(await evaluate('inputs.lambda', { inputs })).toBe(inputs.lambda)
    expect((await failure('$string(inputs.native)', { inputs })).code).toBe('type')
  })

  test('texts that look like placeholders are left alone', async () => {
    for (const text of ['{{ inputs.secret }}', '[[region]]', '=1+1', `\${1}`, '$eval("1")']) {
      expect(await evaluate('inputs.text', { inputs: { text, secret: 's' } })).toBe(text)
      expect(await evaluate('inputs.text & "!"', { inputs: { text, secret: 's' } })).toBe(`${text}!`)
    }
  })
})

describe('shortcuts give what JSONata gives', { timeout: 60_000 }, () => {
  const json = fc.jsonValue({ maxDepth: 4 })
  const plain = (value: unknown) => (value === undefined ? null : JSON.parse(JSON.stringify(value)))

  test('plain paths', async () => {
    const key = fc.constantFrom('a', 'b', 'c')
    const tree = fc.letrec((tie) => ({
      node: fc.oneof({ maxDepth: 4 }, json, fc.dictionary(key, tie('node')), fc.array(tie('node'), { maxLength: 3 })),
    })).node
    await fc.assert(
      fc.asyncProperty(tree, fc.array(key, { minLength: 1, maxLength: 3 }), async (value, keys) => {
        const path = `inputs.x.${keys.join('.')}`
        const root = { inputs: { x: value } }
        expect(await evaluate(path, root)).toEqual(plain(await jsonata(path).evaluate(root)))
      }),
      { numRuns: 300 },
    )
  })

  test('ordering', async () => {
    const item = fc.record({
      a: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
      b: fc.record({ c: fc.constantFrom('x', 'y') }),
    })
    const terms = fc.constantFrom('a', '>a', 'b.c', '>b.c, a', 'a, >b.c')
    const rest = fc.constantFrom('', '.b.c', '[0]', '[[0..1]]', '.{"k": a}', '{b.c: $count($)}', '[a = 1].b')
    await fc.assert(
      fc.asyncProperty(fc.array(item, { maxLength: 6 }), terms, rest, async (items, by, then) => {
        const source = `inputs.items^(${by})${then}`
        const root = { inputs: JSON.parse(JSON.stringify({ items })) }
        expect(await evaluate(source, root)).toEqual(plain(await jsonata(source).evaluate(root)))
      }),
      { numRuns: 300 },
    )
  })

  test('comparing and joining', async () => {
    await fc.assert(
      fc.asyncProperty(json, json, async (a, b) => {
        const root = { inputs: { a, b } }
        for (const source of [
          'inputs.a = inputs.b',
          'inputs.a != inputs.b',
          'inputs.a & inputs.b',
          '$distinct([inputs.a, inputs.b, inputs.a])',
        ]) {
          expect(plain(await evaluate(source, root))).toEqual(plain(await jsonata(source).evaluate(root)))
        }
      }),
      { numRuns: 200 },
    )
  })
})

test('evaluations take turns, so that one with a long list never runs out of time because of others', {
  timeout: 60_000,
}, async () => {
  const inputs = { rows: Array.from({ length: 500 }, (_, index) => ({ v: index })) }
  const results = await Promise.all(
    Array.from({ length: 50 }, () => evaluate('$sum(inputs.rows[v % 2 = 0].v)', { inputs })),
  )
  expect(new Set(results)).toEqual(new Set([62_250]))
})

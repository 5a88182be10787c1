import { describe, expect, test } from 'vitest'
import { ExpressionError } from './expression-error'
import { buildScope } from './expression-scope'
import { MAX_RENDERED_LENGTH, renderTemplate, templateReferences } from './template'

const scope = buildScope({
  inputs: { name: 'Ada', n: 5, list: [1, 2], evil: '{{ inputs.name }} [[region]] =inputs.name', nothing: null },
  nodeNames: [],
  vars: { customer: 'Grace', 'first-name': 'Alan' },
  runtime: { region: 'eu', 'cost-centre': 7 },
  run: { id: 'r', started_at: '2030-01-01T00:00:00.000Z', workflow_id: 'w' },
})

const render = (template: unknown) => renderTemplate(template, scope)

async function failure(template: unknown): Promise<ExpressionError> {
  return render(template).then(
    (value) => {
      throw new Error(`gave ${JSON.stringify(value)}`)
    },
    (error) => error,
  )
}

describe('rendering', () => {
  test.each([
    ['plain text', 'plain text'],
    ['Dear {{ inputs.name }},', 'Dear Ada,'],
    ['{{inputs.name}}/{{inputs.n}}', 'Ada/5'],
    ['{{ customer }} {{ first-name }}', 'Grace Alan'],
    ['[[region]]-[[ cost-centre ]]', 'eu-7'],
    ['a {{ inputs.list }} b', 'a [1,2] b'],
    ['a{{ inputs.nothing }}b', 'ab'],
    ['{{ {"a": {"b": 1}} }}', { a: { b: 1 } }],
    ['{{ "}}" & \'}}\' }}', '}}}}'],
    ['{{ $replace("a}}b", /\\}\\}/, "-") }}', 'a-b'],
    ['{{ 6 / 2 }} and {{ 1 /* }} */ }}', '3 and 1'],
    ['{{ $map([1..3], function($x) { $x * 2 }) }}', [2, 4, 6]],
    ['[[1, 2], [3, 4]]', '[[1, 2], [3, 4]]'],
    ['\\{{ inputs.name }} \\[[region]]', '{{ inputs.name }} [[region]]'],
    ['single { brace } and }} alone', 'single { brace } and }} alone'],
  ])('%s', async (template, expected) => {
    expect(await render(template)).toEqual(expected)
  })

  test.each([
    ['{{ inputs.n }}', 5],
    ['  {{ inputs.n }}\n', 5],
    ['{{ inputs.list }}', [1, 2]],
    ['[[cost-centre]]', 7],
    ['{{ inputs.n }}%', '5%'],
    ['{{ inputs.nothing }}', null],
  ])('one placeholder alone keeps its type: %j', async (template, expected) => {
    expect(await render(template)).toEqual(expected)
  })

  test('lists and objects are rendered inside, keys stay', async () => {
    const template = { '{{ key }}': ['{{ inputs.n }}', { deep: 'x{{ inputs.n }}' }], number: 1, flag: true, none: null }
    expect(await render(template)).toEqual({ '{{ key }}': [5, { deep: 'x5' }], number: 1, flag: true, none: null })
  })

  test('what holds no placeholder is not copied', async () => {
    const template = { a: [1, { b: 'text' }] }
    expect(await render(template)).toBe(template)
  })

  test('what is filled in is never read again', async () => {
    const evil = '{{ inputs.name }} [[region]] =inputs.name'
    expect(await render('{{ inputs.evil }}')).toBe(evil)
    expect(await render('<{{ inputs.evil }}>')).toBe(`<${evil}>`)
    expect(await render({ a: ['{{ inputs.evil & "" }}'] })).toEqual({ a: [evil] })
    expect(await render('{{ {"t": inputs.evil} }}')).toEqual({ t: evil })
  })
})

describe('mistakes', () => {
  test('a placeholder that is not closed', async () => {
    expect(await failure('Dear {{ inputs.name')).toMatchObject({ code: 'syntax', position: 5 })
    expect(await failure('{{ "}} ')).toMatchObject({ code: 'syntax', position: 0 })
  })

  test('a missing name is placed in the whole text', async () => {
    const error = await failure('Dear {{inputs.nam}}')
    expect(error).toBeInstanceOf(ExpressionError)
    expect(error).toMatchObject({
      code: 'missing_name',
      position: 7,
      message: 'There is no input "nam". Did you mean "name"?',
    })
    expect((await failure('[[regio]]')).message).toBe('There is no runtime variable "regio". Did you mean "region"?')
  })

  test('a text that grows too long', async () => {
    const long = buildScope({
      inputs: { text: 'x'.repeat(MAX_RENDERED_LENGTH) },
      nodeNames: [],
      run: { id: 'r', started_at: '', workflow_id: 'w' },
    })
    await expect(renderTemplate('a{{ inputs.text }}', long)).rejects.toMatchObject({ code: 'too_large' })
  })
})

test('every placeholder is found with its place, and texts that cannot be parsed too', () => {
  const value = { url: 'https://x.test/{{ inputs.id }}', headers: [{ a: '[[region]]' }], broken: '{{ x', plain: 'text' }
  expect(templateReferences(value)).toEqual({
    references: [
      { source: 'inputs.id', path: ['url'], position: 17 },
      { source: 'runtime.`region`', path: ['headers', 0, 'a'], position: 2 },
    ],
    problems: [{ path: ['broken'], error: expect.objectContaining({ code: 'syntax', position: 0 }) }],
  })
})

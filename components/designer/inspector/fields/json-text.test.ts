import { describe, expect, it } from 'vitest'
import { jsonOfText, textOfJson } from './json-text'

describe('JSON fields', () => {
  it.each([
    ['', undefined],
    ['42', 42],
    ['true', true],
    ['null', null],
    ['{"a": [1]}', { a: [1] }],
    ['"quoted"', 'quoted'],
    ['billing', 'billing'],
    ['{{ nodes.Draft.output }}', '{{ nodes.Draft.output }}'],
    ['Dear {{ inputs.name }}', 'Dear {{ inputs.name }}'],
    ['[[name]]', '[[name]]'],
  ])('%j reads as %j', (text, value) => {
    expect(jsonOfText(text)).toEqual({ ok: true, value })
  })

  it('says how placeholders are written inside JSON', () => {
    expect(jsonOfText('{ "total": {{ inputs.total }} }')).toMatchObject({
      ok: false,
      error: expect.stringContaining('in quotes'),
    })
    expect(jsonOfText('{ "a": ')).toMatchObject({ ok: false, error: expect.stringContaining('not valid JSON') })
  })

  it.each([
    undefined,
    '',
    '42',
    'true',
    ' spaced ',
    'text',
    '{"a":1}',
    '"',
    '{{ x }}',
    '[[x]]',
    '[',
    42,
    null,
    { a: ['b'] },
  ])('%j survives being edited', (value) => {
    expect(jsonOfText(textOfJson(value))).toEqual({ ok: true, value })
  })
})

import { describe, expect, it } from 'vitest'
import { AppError } from '../../errors'
import { LIMITS } from '../../limits'
import { parseJson } from './parse-json'

const bytes = (text: string) => new TextEncoder().encode(text)
const refusal = (given: string | Uint8Array) => {
  try {
    parseJson(typeof given === 'string' ? bytes(given) : given)
  } catch (error) {
    if (error instanceof AppError) return `${error.code}: ${error.message}`
    throw error
  }
  throw new Error('it was accepted')
}

describe('a JSON body', () => {
  it.each([
    ['nested values', '{"a":[1,{"b":null}],"c":"\\u00e9"}'],
    ['a NUL, a lone surrogate and line separators in text', '{"a":"\\u0000\\ud800\u2028\u2029"}'],
    ['digits in text, however many', '{"card":"12345678901234567890 \\" 99999999999999999999"}'],
    [
      'the largest exact integers and long fractions',
      '[9007199254740991,-9007199254740991,0.12345678901234567890,1e21]',
    ],
  ])('comes back as it was sent: %s', (_, text) => {
    expect(parseJson(bytes(text))).toEqual(JSON.parse(text))
  })

  it('may begin with a byte order mark', () => {
    expect(parseJson(bytes('\ufeff{"a":1}'))).toEqual({ a: 1 })
  })

  it.each([
    ['broken syntax', '{"a":', 'it ends too early'],
    ['text after the value', '{"a":1} x', 'position 8'],
    ['a number out of range', '{"a":1e400}', 'out of range'],
    ['an integer that a double would round', '{"id":9007199254740993}', '9007199254740993 is too large'],
    ['a member given twice', '{"a":1,"a":2}', 'the member a twice'],
    ['a member given twice far inside', '{"x":"\\":","a":[0,{"b":{}},{"b":1,"c":[],"b":2}]}', 'the member a.2.b twice'],
    ['a member given twice in another spelling', '{"a":1,"\\u0061":2}', 'the member a twice'],
    ['a member named __proto__', '{"a":{"__proto__":{"admin":true}}}', '__proto__'],
    ['too deep a nesting', '['.repeat(10_000) + ']'.repeat(10_000), `deeper than ${LIMITS.json_depth.value}`],
    ['too many members', `[${'0,'.repeat(LIMITS.json_members.value)}0]`, `more than ${LIMITS.json_members.value}`],
  ])('is refused with a reason: %s', (_, text, reason) => {
    expect(refusal(text)).toMatch(/^invalid_json: /)
    expect(refusal(text)).toContain(reason)
  })

  it('is refused when it is not UTF-8', () => {
    expect(refusal(new Uint8Array([0x22, 0xff, 0xfe, 0x22]))).toBe('invalid_json: The body is not valid UTF-8.')
  })

  it('does not repeat the sender’s data in the refusal', () => {
    expect(refusal('{"password":"hunter2" oops}')).not.toContain('hunter2')
  })

  it('checks a body of a MiB of text for large integers without trouble', () => {
    const text = JSON.stringify({ text: '1234567890123456 \\" '.repeat(50_000) })
    expect(parseJson(bytes(text))).toEqual(JSON.parse(text))
  })
})

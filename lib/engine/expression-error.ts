/** Longest list that an expression may make. */
export const MAX_ITEMS = 100_000

export type ExpressionErrorCode =
  | 'syntax'
  | 'missing_name'
  | 'type'
  | 'not_a_function'
  | 'not_allowed'
  | 'regex'
  | 'too_long'
  | 'too_deep'
  | 'too_large'
  | 'timeout'
  | 'no_json'
  | 'failed'

/** What is wrong with an expression or template, in one sentence for its author. `position`: offset in its text, from 0. */
export class ExpressionError extends Error {
  readonly code: ExpressionErrorCode
  readonly position: number | undefined

  constructor(code: ExpressionErrorCode, message: string, position?: number) {
    super(message)
    this.name = 'ExpressionError'
    this.code = code
    this.position = position
  }
}

/** Whatever JSONata or one of our guards threw → an ExpressionError. */
export function toExpressionError(thrown: unknown): ExpressionError {
  if (thrown instanceof ExpressionError) return thrown
  if (thrown instanceof Error && thrown.name === 'TypeError') {
    return new ExpressionError('type', 'A value is used as what it is not, for example data as a function.')
  }
  if (thrown instanceof RangeError) {
    return new ExpressionError('too_deep', 'The expression calls itself too deeply or makes a value that is too large.')
  }
  const { code, message, position, token, value } = fieldsOf(thrown)
  const at = typeof position === 'number' ? position : undefined
  const sentence = sentences[code]
  if (sentence) return new ExpressionError(sentence[0], sentence[1](String(token ?? ''), value), at)
  const text = typeof message === 'string' && message !== '' ? message : 'The expression cannot be evaluated'
  return new ExpressionError(kindOf(code), endSentence(text), at)
}

function fieldsOf(thrown: unknown) {
  const fields: Record<string, unknown> = typeof thrown === 'object' && thrown !== null ? { ...thrown } : {}
  const message = thrown instanceof Error ? thrown.message : fields.message
  return {
    ...fields,
    code: String(fields.code ?? ''),
    message,
    position: fields.position,
    token: fields.token,
    value: fields.value,
  }
}

function kindOf(code: string): ExpressionErrorCode {
  if (code.startsWith('S')) return 'syntax'
  return code.startsWith('T') ? 'type' : 'failed'
}

function endSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

type Sentence = (token: string, value: unknown) => string

/** JSONata's own codes that people meet often, said so that one knows what to do. */
const sentences: Record<string, [ExpressionErrorCode, Sentence]> = {
  S0101: ['syntax', () => 'A text is not closed: the second quote is missing.'],
  S0105: ['syntax', () => 'A name in backticks is not closed: the second ` is missing.'],
  S0201: ['syntax', (token) => `"${token}" is not expected here.`],
  S0202: [
    'syntax',
    (token, value) => `Expected ${String(value)} but found ${token === '(end)' ? 'the end' : `"${token}"`}.`,
  ],
  S0203: ['syntax', (_, value) => `The end came too early: ${String(value)} is missing.`],
  S0204: ['syntax', (token) => `"${token}" is not an operator.`],
  S0207: ['syntax', () => 'The expression ends too early.'],
  S0211: ['syntax', (token) => `"${token}" needs a value before it.`],
  S0302: ['syntax', () => 'A pattern is not closed: the second / is missing.'],
  T0410: ['type', (token) => `$${token}( ) cannot work with the values it is given.`],
  T0411: ['type', (token) => `$${token}( ) cannot work with the value it is applied to.`],
  T1005: ['not_a_function', (token) => `Functions begin with a dollar sign: write $${token}( ).`],
  T1006: ['not_a_function', (token) => `There is no function ${token === '' ? 'here' : `$${token}`}.`],
  T2001: ['type', (token) => `The left side of ${token} is not a number.`],
  T2002: ['type', (token) => `The right side of ${token} is not a number.`],
  T2008: ['type', () => 'What is ordered by must be text or a number.'],
  T2009: ['type', (token) => `Both sides of ${token} must be of one type.`],
  T2010: ['type', (token) => `Both sides of ${token} must be text or numbers.`],
  D1001: ['type', () => 'The result is not a finite number: is something divided by zero?'],
  D1011: ['too_deep', () => 'The expression calls itself too deeply.'],
  D1012: ['timeout', (_, value) => `The expression took longer than ${String(value)} ms.`],
  D2014: ['too_large', () => `A list has more than ${MAX_ITEMS} items.`],
  D2015: ['too_large', () => `A list has more than ${MAX_ITEMS} items.`],
  D3030: ['type', (_, value) => `${JSON.stringify(value)} is not a number.`],
}

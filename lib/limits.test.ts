import { expect, test } from 'vitest'
import { readEnv } from './env'
import { LIMITS, type Limit, OPERATOR_LIMITS } from './limits'

const limits = Object.entries(LIMITS as Record<string, Limit>)

test('no default is above what may be set', () => {
  expect(limits.filter(([, { value, ceiling }]) => value > ceiling).map(([id]) => id)).toEqual([])
})

test.each(OPERATOR_LIMITS.map(({ variable, limit }) => [variable, limit] as const))(
  'an operator may set %s up to its ceiling, and no higher',
  (variable, { value, ceiling }) => {
    expect(readEnv({}).limits[variable]).toBe(value)
    expect(readEnv({ [variable]: '1' }).limits[variable]).toBe(1)
    expect(readEnv({ [variable]: String(ceiling - 1) }).limits[variable]).toBe(ceiling - 1)
    expect(readEnv({ [variable]: String(ceiling) }).limits[variable]).toBe(ceiling)
    expect(() => readEnv({ [variable]: String(ceiling + 1) })).toThrow(variable)
    expect(() => readEnv({ [variable]: '0' })).toThrow(variable)
    expect(() => readEnv({ [variable]: 'many' })).toThrow(variable)
  },
)

test('docs/limits.md says what the table says', async () => {
  await expect(page()).toMatchFileSnapshot('../docs/limits.md')
})

function page(): string {
  return [
    '# Limits',
    '',
    'Every limit of the product. `GET /v1/limits` answers them as they hold in an installation. A limit with a variable `LIMIT_…` is set by the',
    'operator, one with a field by the author of a workflow, up to the ceiling; the others are fixed. Where the last column says so, a run tells',
    'with the event `run_warning`, once, that it has used four fifths.',
    '',
    'This page is made from `lib/limits.ts`; after a change run `npx vitest run lib/limits.test.ts -u`.',
    '',
    '| limit | default | ceiling | set by | code | at the limit | warns |',
    '|---|---|---|---|---|---|---|',
    ...limits.map(([, limit]) => {
      const { title, value, ceiling, unit, setBy, code, behaviour, warns } = limit
      return `| ${title} | ${say(value, unit)} | ${value === ceiling && !setBy ? 'fixed' : say(ceiling, unit)} | ${tick(setBy)} | ${tick(code)} | ${behaviour} | ${warns ? 'at 80 %' : ''} |`
    }),
    '',
  ].join('\n')
}

function tick(text: string | undefined): string {
  return text === undefined ? '' : `\`${text}\``
}

function say(value: number, unit: Limit['unit']): string {
  if (unit === 'bytes') {
    if (value % 1_048_576 === 0) return `${value / 1_048_576} MiB`
    return value % 1_024 === 0 ? `${value / 1_024} KiB` : `${value} bytes`
  }
  if (unit === 'ms') return value % 1_000 === 0 ? `${value / 1_000} s` : `${value} ms`
  const number = value.toLocaleString('en').replaceAll(',', ' ')
  return unit === 'items' ? number : `${number} ${unit}`
}

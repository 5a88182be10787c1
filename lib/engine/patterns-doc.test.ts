import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** docs/patterns.md says what is supported; the tests that it names say whether that is so. */

const files = ['lib/engine/patterns.test.ts', 'lib/engine/patterns-regions.test.ts', 'lib/worker/patterns.db.test.ts']
const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

/** `WCP-16 Deferred Choice` of each test: what it shows beyond that stands behind a colon. */
const tested = new Set(
  files.flatMap((path) => Array.from(text(path).matchAll(/^ *test\('(WCP-[^:']+)/gm), ([, title]) => title ?? '')),
)

const rows = text('docs/patterns.md')
  .split('\n')
  .filter((line) => line.startsWith('| WCP-'))
  .map((line) => {
    const [number = '', name = '', supported = '', how = '', test = ''] = line
      .split('|')
      .slice(1)
      .map((cell) => cell.trim())
    return { number, name, supported, how, test: test.replaceAll('`', '') }
  })

test('every pattern asked about has one row', () => {
  const numbers = [...Array.from({ length: 22 }, (_, index) => index + 1), 25, 26, 27, 34, 35, 36]
  expect(rows.map((row) => row.number)).toEqual(numbers.map((number) => `WCP-${number}`))
})

test.each(rows)('$number $name: $supported', ({ number, name, supported, how, test }) => {
  expect(['yes', 'partly', 'no']).toContain(supported)
  expect(how).not.toBe('')
  // A yes without a test is a promise that nobody keeps; a no with one would be too modest.
  expect(test).toBe(supported === 'no' ? '' : `${number} ${name}`)
  expect(tested.has(`${number} ${name}`)).toBe(supported !== 'no')
})

test('no test shows a pattern that the table does not have', () => {
  expect([...tested].filter((title) => !rows.some((row) => `${row.number} ${row.name}` === title))).toEqual([])
})

import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { GUARDS } from './table'

/** The mutations themselves take minutes (`npm run test:guards`); that each still finds what it takes out is quick. */
describe('the guards', () => {
  test('are more than twenty', () => {
    expect(GUARDS.length).toBeGreaterThan(20)
    expect(new Set(GUARDS.map((guard) => guard.guards)).size).toBe(GUARDS.length)
  })

  test.each(GUARDS)('$guards: its text stands once in $file, and its tests exist', ({ file, text, without, tests }) => {
    expect(readFileSync(file, 'utf8').split(text)).toHaveLength(2)
    expect(without).not.toBe(text)
    for (const path of tests) expect(existsSync(path), path).toBe(true)
  })
})

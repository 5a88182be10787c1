import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { installSentence, isInstalled } from './install.mjs'
import { checkNodeVersion } from './node-version.mjs'
import { runCommand } from './run-command.mjs'
import { contentHash, unlessFresh } from './stale.mjs'
import { addCheck, addPlaywright, addVitest, lastLine, newTally } from './tally.mjs'

let folder
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-bootstrap-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const write = (path, text) => {
  mkdirSync(join(folder, path, '..'), { recursive: true })
  writeFileSync(join(folder, path), typeof text === 'string' ? text : JSON.stringify(text))
}

describe('the Node.js version', () => {
  test.each(['20.19.0', '20.20.2', '22.0.0', '24.1.0'])('%s is accepted', (version) => {
    expect(() => checkNodeVersion(version)).not.toThrow()
  })

  test.each(['18.20.8', '20.18.3', '16.0.0'])('%s is refused with a sentence that names both versions', (version) => {
    expect(() => checkNodeVersion(version)).toThrow(`Node.js ≥ 20.19 is needed and this is ${version}`)
  })
})

describe('whether packages are installed', () => {
  const entry = (version, rest = {}) => ({ version, integrity: `sha512-${version}`, ...rest })
  const lock = (packages) => ({ packages: { '': {}, ...packages } })

  test('nothing installed, and an install that was interrupted, are not', () => {
    write('package-lock.json', lock({ 'node_modules/a': entry('1.0.0') }))
    expect(isInstalled(folder, { development: true })).toBe(false)
  })

  test('a changed version in the lock is not; the same one is', () => {
    write('node_modules/.package-lock.json', lock({ 'node_modules/a': entry('1.0.0') }))
    write('package-lock.json', lock({ 'node_modules/a': entry('1.0.0') }))
    expect(isInstalled(folder, { development: true })).toBe(true)
    write('package-lock.json', lock({ 'node_modules/a': entry('1.0.1') }))
    expect(isInstalled(folder, { development: true })).toBe(false)
  })

  test('programs of other platforms may be absent, development packages only where they are not needed', () => {
    write('node_modules/.package-lock.json', lock({}))
    write('package-lock.json', lock({ 'node_modules/other-os': entry('1.0.0', { optional: true }) }))
    expect(isInstalled(folder, { development: true })).toBe(true)
    write('package-lock.json', lock({ 'node_modules/dev': entry('1.0.0', { dev: true }) }))
    expect(isInstalled(folder, { development: false })).toBe(true)
    expect(isInstalled(folder, { development: true })).toBe(false)
  })

  test.each([
    ['gyp ERR! find Python', 'no compiler'],
    ['npm error code ENOSPC', 'disk is full'],
    ['npm error code EACCES', 'may not write'],
    ['npm error getaddrinfo ENOTFOUND example.org', 'registry cannot be reached'],
    ['npm error something else', 'npm ci failed: npm error something else'],
  ])('npm failing with %j gets one sentence', (output, sentence) => {
    expect(installSentence(output)).toContain(sentence)
  })
})

describe('what is stale', () => {
  test('the hash follows contents and names, not tests', () => {
    write('lib/a.ts', '1')
    const before = contentHash(folder, ['lib', 'absent.json'])
    write('lib/a.test.ts', 'a test')
    expect(contentHash(folder, ['lib', 'absent.json'])).toBe(before)
    write('lib/a.ts', '2')
    expect(contentHash(folder, ['lib', 'absent.json'])).not.toBe(before)
  })

  test('work is done once per content, and again after it failed', async () => {
    let runs = 0
    const work = () => {
      runs += 1
      if (runs === 1) throw new Error('interrupted')
    }
    const stamp = join(folder, 'out', '.stamp')
    await expect(unlessFresh(stamp, 'one', work)).rejects.toThrow('interrupted')
    expect(await unlessFresh(stamp, 'one', work)).toBe(true)
    expect(await unlessFresh(stamp, 'one', work)).toBe(false)
    expect(await unlessFresh(stamp, 'two', work)).toBe(true)
    expect(runs).toBe(3)
  })
})

describe('the tally of all suites', () => {
  const file = (name, statuses, rest = {}) => ({
    name,
    status: 'passed',
    assertionResults: statuses.map((status, index) => ({ status, fullName: `test ${index}` })),
    ...rest,
  })

  test('counts tests, files that did not load, and checks', () => {
    const tally = newTally()
    const testResults = [
      file('a.test.ts', ['passed', 'passed', 'failed', 'pending'], { status: 'failed' }),
      file('broken.test.ts', [], { status: 'failed', message: 'cannot load' }),
    ]
    addVitest(tally, { success: false, testResults })
    addCheck(tally, 'lint', true)
    addCheck(tally, 'types', false)
    expect(lastLine(tally)).toBe('3 passed, 3 failed, 1 skipped')
  })

  test('an error outside of the tests fails the run', () => {
    const tally = newTally()
    addVitest(tally, { success: false, testResults: [file('a.test.ts', ['passed'])] })
    expect(tally.failed).toBe(1)
  })

  test('a fault test that is skipped is a failure', () => {
    const tally = newTally()
    addVitest(tally, { success: true, testResults: [file('lib/worker/crash.db.test.ts', ['pending'])] })
    expect(lastLine(tally)).toBe('0 passed, 1 failed, 0 skipped')
  })

  test('a flaky browser test is a failure, nested ones are counted', () => {
    const tally = newTally()
    const spec = (status) => ({ title: status, tests: [{ status }] })
    const suites = [
      { title: 'a', specs: [spec('expected')], suites: [{ title: 'b', specs: [spec('flaky'), spec('skipped')] }] },
    ]
    addPlaywright(tally, { suites, errors: [] })
    expect(lastLine(tally)).toBe('1 passed, 1 failed, 1 skipped')
  })
})

test('a program that runs too long is stopped', async () => {
  expect(await runCommand(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { timeoutMs: 200 })).toMatchObject({
    code: 124,
  })
})

/**
 * `npm run test:guards`: takes out one guard after another, in a copy of the sources, and runs the tests that must notice.
 * Ends with code 1 when a text is not found or a test file stays green: what nothing notices is not tested.
 * `npm run test:guards -- egress` runs those whose name or file contains the word.
 */
import { execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { GUARDS, type Guard } from './table'

const TIMEOUT_MS = 300_000
const say = (line: string) => process.stdout.write(`${line}\n`)

const word = process.argv[2] ?? ''
const chosen = GUARDS.filter((guard) => guard.guards.includes(word) || guard.file.includes(word))
const copy = copySources()
let missed = 0
try {
  for (const guard of chosen) {
    const began = performance.now()
    const outcome = await tryWithout(guard)
    if (!outcome.isNoticed) missed += 1
    const tookS = ((performance.now() - began) / 1_000).toFixed(0)
    say(`${outcome.isNoticed ? 'noticed' : 'MISSED '}  ${guard.guards} (${outcome.what}, ${tookS} s)`)
  }
} finally {
  rmSync(copy, { recursive: true, force: true })
}
say('')
say(`${chosen.length} guards taken out, ${chosen.length - missed} noticed`)
process.exit(missed > 0 || chosen.length === 0 ? 1 : 0)

async function tryWithout(guard: Guard): Promise<{ isNoticed: boolean; what: string }> {
  const path = join(copy, guard.file)
  const whole = readFileSync(path, 'utf8')
  if (whole.split(guard.text).length !== 2)
    return { isNoticed: false, what: 'its text does not stand once in the file' }
  writeFileSync(
    path,
    whole.replace(guard.text, () => guard.without),
  )
  const failed = await failedTests(guard)
  writeFileSync(path, whole)
  if (failed === undefined) return { isNoticed: false, what: 'its tests could not run' }
  return { isNoticed: failed > 0, what: `${failed} red in ${guard.tests.join(', ')}` }
}

/** How many tests fail; undefined: none ran. A run that has to be ended has noticed, too. */
async function failedTests({ tests, only }: Guard): Promise<number | undefined> {
  const report = join(copy, 'guard-report.json')
  rmSync(report, { force: true })
  const args = ['run', ...tests, '--bail=1', '--reporter=json', `--outputFile=${report}`, ...(only ? ['-t', only] : [])]
  const child = spawn(process.execPath, [join('node_modules', 'vitest', 'vitest.mjs'), ...args], {
    cwd: copy,
    stdio: 'ignore',
  })
  const timer = setTimeout(() => child.kill('SIGTERM'), TIMEOUT_MS)
  const signal = await new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_, by) => resolve(by)))
  clearTimeout(timer)
  if (signal !== null) return 1
  try {
    const { numFailedTests, numPassedTests } = JSON.parse(readFileSync(report, 'utf8')) as Record<string, number>
    return numFailedTests === 0 && numPassedTests === 0 ? undefined : numFailedTests
  } catch {
    return undefined
  }
}

/** What git knows or would know, and the generated client; packages are linked. */
function copySources(): string {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-guards-'))
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  for (const path of listed.split('\0').filter((each) => each !== '' && each !== 'node_modules')) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    cpSync(path, join(folder, path))
  }
  cpSync(join('lib', 'db', 'generated'), join(folder, 'lib', 'db', 'generated'), { recursive: true })
  symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'), 'dir')
  return folder
}

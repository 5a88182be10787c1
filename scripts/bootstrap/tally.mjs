/** Counts over all suites. A check such as the linter counts as one test: passed or failed. */
export function newTally() {
  return { passed: 0, failed: 0, skipped: 0, failures: [] }
}

/** Tests that inject a fault: one of these that is skipped proves nothing and counts as failed. */
const FAULT_TEST = /crash|fault|kill|attack/i

/** Adds one vitest JSON report. A file that could not even be loaded counts as one failure. */
export function addVitest(tally, report) {
  for (const file of report.testResults) {
    const failedBefore = tally.failed
    for (const test of file.assertionResults) addTest(tally, test.status, `${file.name}: ${test.fullName}`)
    if (file.status === 'failed' && tally.failed === failedBefore)
      fail(tally, `${file.name}: ${file.message || 'failed to load'}`)
  }
  if (!report.success && tally.failed === 0) fail(tally, 'vitest reports an error outside of the tests')
}

/** Adds one Playwright JSON report. A flaky test is a failed one. */
export function addPlaywright(tally, report) {
  const visit = (suite, trail) => {
    for (const spec of suite.specs ?? []) {
      for (const test of spec.tests) {
        const status = { expected: 'passed', unexpected: 'failed', flaky: 'failed', skipped: 'skipped' }[test.status]
        addTest(tally, status, [...trail, spec.title].join(' › '))
      }
    }
    for (const inner of suite.suites ?? []) visit(inner, [...trail, inner.title])
  }
  for (const suite of report.suites ?? []) visit(suite, [suite.title])
  for (const error of report.errors ?? [])
    fail(tally, error.message ?? 'Playwright reports an error outside of the tests')
}

/** Adds one check that is not a test runner. */
export function addCheck(tally, name, ok) {
  if (ok) tally.passed += 1
  else fail(tally, name)
}

/** The last line of `npm test`. */
export function lastLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}

function addTest(tally, status, name) {
  if (status === 'passed') tally.passed += 1
  else if (status === 'failed' || FAULT_TEST.test(name)) fail(tally, status === 'failed' ? name : `${name} (skipped)`)
  else tally.skipped += 1
}

function fail(tally, name) {
  tally.failed += 1
  tally.failures.push(name)
}

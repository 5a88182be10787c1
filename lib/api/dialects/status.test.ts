import { describe, expect, it } from 'vitest'
import { RUN_STATUSES, type RunStatus } from '../../engine/events'
import {
  dispatchStatus,
  endCode,
  endReason,
  executeStatus,
  executionStatus,
  jobStatus,
  listedStatus,
  recordStatus,
} from './status'

/** The table as the contract prints it, row by row. */
const TABLE = `
canonical              | run_workflow | get_workflow_runs | record                 | manage_workflows | execute   | execution
not_started            | running      | pending           | not_started            | pending          | running   | pending
started                | running      | running           | started                | running          | running   | running
running                | running      | running           | running                | running          | running   | running
paused                 | running      | running           | paused                 | paused           | running   | running
waiting_for_user_input | running      | running           | waiting_for_user_input | paused           | running   | running
waiting_for_approval   | running      | running           | paused                 | paused           | running   | running
completed              | running      | succeeded         | completed              | success          | completed | completed
failed                 | failed       | failed            | failed                 | failure          | failed    | failed
timed_out              | failed       | failed            | failed                 | failure          | failed    | timeout
cancelled              | failed       | failed            | cancelled              | canceled         | failed    | cancelled
aborted_looping_risk   | failed       | failed            | aborted_looping_risk   | failure          | failed    | failed
skipped                | skipped      | skipped           | completed              | success          | completed | completed
`

const columns = {
  run_workflow: dispatchStatus,
  get_workflow_runs: listedStatus,
  record: recordStatus,
  manage_workflows: jobStatus,
  execute: executeStatus,
  execution: executionStatus,
}

const [head = [], ...rows] = TABLE.trim()
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
const cells = rows.flatMap(([canonical = '', ...said]) =>
  said.map((word, index) => [canonical as RunStatus, head[index + 1] as keyof typeof columns, word] as const),
)

describe('what each dialect says for each status', () => {
  it('is said for every status and every dialect', () => {
    expect(rows.map(([canonical]) => canonical).sort()).toEqual([...RUN_STATUSES].sort())
    expect(cells).toHaveLength(RUN_STATUSES.length * Object.keys(columns).length)
  })

  it.each(cells)('%s is to %s: %s', (canonical, column, word) => {
    expect(columns[column](canonical)).toBe(word)
  })
})

describe('what stands beside the status', () => {
  it.each([
    ['completed', null, null, null],
    ['running', null, null, null],
    ['failed', 'execution_error', 'execution_error', 'EXECUTION_ERROR'],
    ['failed', 'stale_run_reaper', 'stale_run_reaper', 'STALE_RUN_REAPER'],
    ['failed', null, 'execution_error', 'EXECUTION_ERROR'],
    ['timed_out', 'timeout', 'timeout', 'TIMEOUT'],
    ['cancelled', 'cancelled', 'cancelled', 'CANCELLED'],
    ['cancelled', 'approval_rejected', 'approval_rejected', 'CANCELLED'],
    ['aborted_looping_risk', 'looping_risk', 'looping_risk', 'LOOPING_RISK'],
    ['skipped', null, 'skipped', null],
  ] as const)('%s (%s) ends by %s, in orchestration %s', (status, error_reason, reason, code) => {
    expect(endReason({ status, error_reason })).toBe(reason)
    expect(endCode({ status, error_reason })).toBe(code)
  })
})

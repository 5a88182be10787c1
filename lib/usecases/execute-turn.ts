import type { Run } from '../api/contracts/runs'
import type { Principal } from '../auth/principal'
import { isTerminal } from '../engine/events'
import { AppError } from '../errors'
import type { Id } from '../ids'
import { awaitRun } from './await-run'
import { commandRun } from './command-run'
import { getRun, noSuchRun } from './get-run'
import { getTurn, type TurnEvent } from './get-turn'
import { type StartedRun, startRun } from './start-run'

export type TurnCommand =
  | {
      type: 'start'
      input?: unknown
      dynamicVariables?: Record<string, unknown>
      runtimeVariables?: Record<string, unknown>
      miscellaneous?: Record<string, unknown>
      version?: number
      runBy?: string
      /** For callers that know variables only, see {@link StartRun}. */
      inputFromVariables?: boolean
      draftIfUnversioned?: boolean
      /** Make the run under this id, once. */
      makeAs?: Id
    }
  | { type: 'pause' | 'stop'; runId: Id }
  /** `inputs` by thread or node id, or `data` for the one open input; neither: go on after a pause. */
  | { type: 'continue'; runId: Id; inputs?: Record<string, unknown>; data?: unknown }

export interface ExecutedTurn {
  run: Run
  events: TurnEvent[]
  /** False: `timeoutMs` was over before the run paused or ended; it goes on. */
  settled: boolean
}

export interface TakeTurn {
  principal: Principal
  workflowId: Id
  command: TurnCommand
  trigger: string
  timeoutMs: number
  signal?: AbortSignal
}

/**
 * One turn of a run: starts it or goes on with it, waits until it pauses or ends, and tells what happened. Stopping a run
 * that has ended, or pausing it, changes nothing. Throws `not_found` when the run is not one of this workflow and team.
 */
export async function executeTurn(options: TakeTurn): Promise<ExecutedTurn> {
  const { runId, settled } = await takeTurn(options)
  return { ...(await getTurn({ principal: options.principal, runId })), settled }
}

/** {@link executeTurn} without the reading. */
export async function takeTurn(options: TakeTurn): Promise<{ runId: Id; settled: boolean }> {
  const { timeoutMs, signal } = options
  const { runId, rest } = await act(options)
  const { settled } = await awaitRun({ runId, timeoutMs, signal, rest })
  return { runId, settled }
}

/** Whoever may execute a workflow may also hold the conversation that follows. */
const permission = 'workflow:execute'

async function act(options: {
  principal: Principal
  workflowId: Id
  command: TurnCommand
  trigger: string
}): Promise<StartedRun> {
  const { principal, workflowId, command, trigger } = options
  if (command.type === 'start') {
    const { type: _, makeAs, ...start } = command
    return startRun({ principal, workflowId, trigger, runId: makeAs, ...start })
  }
  const run = await getRun({ principal, runId: command.runId })
  if (run.workflow_id !== workflowId) throw noSuchRun()
  if (command.type === 'continue') await goOn(principal, run, command)
  else await halt(principal, run, command.type)
  return { runId: run.id }
}

/** A run that has ended is past pausing and stopping: both are fine and change nothing. */
async function halt(principal: Principal, run: Run, command: 'pause' | 'stop'): Promise<void> {
  if (isTerminal(run.status)) return
  await commandRun({ principal, runId: run.id, command, permission }).catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== 'run_ended') throw error
  })
}

async function goOn(
  principal: Principal,
  run: Run,
  command: Extract<TurnCommand, { type: 'continue' }>,
): Promise<void> {
  const { inputs, data } = command
  if (inputs !== undefined || data !== undefined) {
    await commandRun({ principal, runId: run.id, command: 'data', inputs, data, newTurn: true, permission })
    return
  }
  if (isTerminal(run.status)) throw new AppError('run_ended', `The run has ended: ${run.status}.`)
  if (run.status === 'paused') {
    await commandRun({ principal, runId: run.id, command: 'resume', newTurn: true, permission })
    return
  }
  const [approval] = run.waits.filter((wait) => wait.kind === 'approval')
  const [input] = run.waits.filter((wait) => wait.kind === 'input')
  if (input !== undefined) {
    const thread = input.thread ?? input.node_id
    const say = `The run waits for input at ${input.node_name}: send it in thread_to_node_inputs under "${thread}".`
    throw new AppError('validation_failed', say, {
      errors: [{ path: `inputs.${thread}`, message: 'expected the data that the run waits for' }],
    })
  }
  if (approval !== undefined) {
    throw new AppError('approval_open', `An approval is open at ${approval.node_name}: it must be decided first.`, {
      extra: { node_id: approval.node_id },
    })
  }
  throw new AppError('run_executing', 'The run is executing: wait for it, or stop it.')
}

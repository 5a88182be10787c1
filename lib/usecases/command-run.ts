import { requirePermission } from '../auth/authorize'
import type { Principal } from '../auth/principal'
import { auditBy } from '../db/audit'
import { type RunCommand, resolveWait, submitCommands } from '../db/commands'
import { type RunPulse, readRunPulse } from '../db/run-pulse'
import { loadRunWaits, type OpenHumanWait } from '../db/run-waits'
import { isTerminal } from '../engine/events'
import { inputRequestSchema } from '../engine/waits'
import { AppError } from '../errors'
import type { Id } from '../ids'
import { checkInputs } from '../workflow/inputs'
import { actorOf } from './actor-of'

export interface CommandRun {
  principal: Principal
  runId: Id
  command: 'data' | 'resume' | 'pause' | 'stop'
  /** With `data`: the answer of the one open input. */
  data?: unknown
  /** With `data`: answers by thread id or node id. */
  inputs?: Record<string, unknown>
  /** Count this as the next turn of the conversation. */
  newTurn?: boolean
  /** What the caller must be allowed to do: whoever may execute a workflow may also go on with its conversation. */
  permission?: 'run:write' | 'workflow:execute'
}

/**
 * Answers, pauses, resumes or stops a run. Stopping a run that ended is fine and changes nothing; anything else throws
 * `run_ended`. `data` throws `run_executing` when nothing waits, `approval_open` when only an approval does, and
 * `validation_failed` naming the thread or field. `resume` continues a paused run; it cannot pass an open approval.
 */
export async function commandRun(options: CommandRun): Promise<void> {
  const { principal, runId } = options
  requirePermission(principal, options.permission ?? 'run:write')
  const pulse = await readRunPulse(runId)
  if (pulse.teamId !== principal.team.id) throw new AppError('not_found', 'There is no such run.')
  if (isTerminal(pulse.status)) {
    if (options.command === 'stop') return
    throw new AppError('run_ended', `The run has ended (${pulse.status}); start a new one.`, {
      extra: { status: pulse.status },
    })
  }
  const { command } = options
  if (command === 'data') return answer(options, pulse)
  if (command === 'resume' && pulse.status !== 'paused') return refuseResume(options)
  await submit({ ...options, command }, pulse, commandsOf(options))
}

function commandsOf(options: CommandRun): RunCommand[] {
  const actor = actorOf(options.principal)
  const turn: RunCommand[] = options.newTurn ? [{ kind: 'turn', actor, command: options.command }] : []
  if (options.command === 'stop') return [...turn, { kind: 'stop', actor, reason: 'cancelled' }]
  return [...turn, { kind: options.command === 'pause' ? 'pause' : 'resume', actor }]
}

const ACTIONS = { stop: 'run.stopped', pause: 'run.paused', resume: 'run.resumed' } as const

async function submit(
  options: CommandRun & { command: keyof typeof ACTIONS },
  pulse: RunPulse,
  commands: RunCommand[],
): Promise<void> {
  const audit = { by: auditBy(options.principal), action: ACTIONS[options.command] }
  const row = await submitCommands({ ...pulse, id: options.runId }, commands, audit)
  if (row || options.command === 'stop') return
  throw new AppError('run_ended', 'The run has ended meanwhile; start a new one.')
}

async function refuseResume(options: CommandRun): Promise<void> {
  const waits = await loadRunWaits(options.runId)
  refuseApproval(waits)
  if (waits.length > 0) {
    throw new AppError(
      'conflict',
      `The run waits for an answer at "${waits[0]?.nodeName}": send it with the command "data".`,
    )
  }
  throw new AppError('run_executing', 'The run is not paused: it is executing.')
}

function refuseApproval(waits: OpenHumanWait[]): void {
  const approval = waits.find((wait) => wait.kind === 'approval')
  if (!approval || waits.some((wait) => wait.kind === 'input')) return
  throw new AppError(
    'approval_open',
    `The run waits for an approval at "${approval.nodeName}" (node ${approval.nodeId}); approve or reject it first.`,
    { extra: { node_id: approval.nodeId, node_name: approval.nodeName } },
  )
}

async function answer(options: CommandRun, pulse: RunPulse): Promise<void> {
  const waits = await loadRunWaits(options.runId)
  const inputs = waits.filter((wait) => wait.kind === 'input')
  const answers = matchAnswers(options, waits, inputs, pulse)
  const checked = answers.map(({ wait, data, field }) => ({ wait, data: check(wait, data, field) }))
  const actor = actorOf(options.principal)
  let before: RunCommand[] = options.newTurn ? [{ kind: 'turn', actor, command: 'data' }] : []
  if (pulse.status === 'paused') before = [...before, { kind: 'resume', actor }]
  if (before.length > 0 && checked.some(({ wait }) => wait.runId !== options.runId)) {
    // What is answered in the run of a sub-workflow is a turn of this one all the same.
    const row = await submitCommands({ ...pulse, id: options.runId }, before)
    if (!row) throw new AppError('run_ended', 'The run has ended meanwhile; start a new one.')
    before = []
  }
  for (const { wait, data } of checked) {
    const by = { actor, userId: options.principal.userId }
    const done = await resolveWait(wait, by, { kind: 'input', data }, before)
    if (!done) {
      throw new AppError('conflict', `The input at "${wait.nodeName}" has been answered meanwhile.`, {
        extra: { node_id: wait.nodeId },
      })
    }
    before = []
  }
}

function matchAnswers(options: CommandRun, waits: OpenHumanWait[], inputs: OpenHumanWait[], pulse: RunPulse) {
  const named = Object.entries(options.inputs ?? {})
  if (waits.length === 0) throw nothingWaits(pulse)
  if (named.length > 0) {
    return named.map(([name, data]) => {
      const field = `inputs.${name}`
      const wait =
        inputs.find((each) => each.thread === name) ??
        inputs.find((each) => each.nodeId === name || each.nodeName === name)
      if (wait) return { wait, data, field }
      const approval = waits.find((each) => each.thread === name || each.nodeId === name)
      if (approval) refuseApproval([approval])
      const open = inputs.map((each) => `thread ${each.thread} (node ${each.nodeId})`).join(', ') || 'nothing'
      throw new AppError('validation_failed', `Nothing waits on thread or node "${name}". What waits: ${open}.`, {
        errors: [{ path: field, message: 'nothing waits here' }],
      })
    })
  }
  if (inputs.length === 0) {
    refuseApproval(waits)
    throw nothingWaits(pulse)
  }
  const [wait] = inputs
  if (inputs.length > 1 || !wait) {
    const names = inputs.map((each) => `"${each.thread}" or "${each.nodeId}"`).join('; ')
    throw new AppError('validation_failed', `Several inputs wait; name the one you answer: ${names}.`, {
      errors: [{ path: 'inputs', message: 'name the thread or the node' }],
    })
  }
  return [{ wait, data: options.data, field: 'data' }]
}

function nothingWaits(pulse: RunPulse): AppError {
  if (pulse.isHeld || pulse.commandsPending > 0 || pulse.status !== 'paused') {
    const message = 'The run is executing: nothing waits for an answer. Watch its events, and answer when it waits.'
    return new AppError('run_executing', message)
  }
  return new AppError('conflict', 'The run is paused and nothing waits for an answer; resume it first.')
}

function check(wait: OpenHumanWait, data: unknown, field: string): unknown {
  const { schema } = inputRequestSchema.parse(wait.request)
  const { value, problems } = checkInputs(schema, data)
  if (problems.length === 0) return value
  throw new AppError(
    'validation_failed',
    `The answer to "${wait.nodeName}" is not what it asks for: ${problems[0]?.path} ${problems[0]?.message}.`,
    {
      errors: problems.map((problem) => ({ ...problem, path: problem.path ? `${field}.${problem.path}` : field })),
      extra: { node_id: wait.nodeId, schema },
    },
  )
}

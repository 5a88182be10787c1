import { AppError } from '../../errors'

/** The families of clients that share the execute URL. */
export type Family = 'session' | 'record' | 'orchestration'

/**
 * Members by which a body says which family it belongs to. `version` and `timeout` in the query belong to all. `run_id` says
 * nothing by itself: it needs `run_input`. `workflow_id` and `team_id` are no more than companions of a record.
 */
const MEMBERS = {
  session: ['run_input'],
  record: [
    'command',
    'dynamic_variables',
    'runtime_variables',
    'miscellaneous',
    'version_number',
    'run_by',
    'workflow_run_id',
    'thread_to_node_inputs',
    'workflow_id',
    'team_id',
  ],
  orchestration: ['agent_id', 'input', 'parameters', 'dry_run'],
} as const satisfies Record<Family, readonly string[]>

const HOW = {
  session: '{ "run_id"?, "run_input": { "command"?, "input"?, "thread_to_node_inputs"?, … } }',
  record: '{ "command"?, "workflow_run_id"?, "dynamic_variables"?, "thread_to_node_inputs"?, … }',
  orchestration: '{ "agent_id"?, "input"?, "parameters"?, "dry_run"? }',
} as const satisfies Record<Family, string>

/**
 * The family of a body, read off the names of its members, never guessed. A body without any of them (`{}`, or none at all)
 * belongs to the clients that spell ids as the path does: 24 hex digits a record, anything else orchestration. Throws
 * `validation_failed` (422) for names of two families together, with both sets named, and for `run_id` without `run_input`.
 */
export function familyOf(body: unknown, workflowId: string): Family {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw refusal(`The body must be an object: ${HOW.session}, ${HOW.record} or ${HOW.orchestration}.`, [])
  }
  const present = (family: Family) => MEMBERS[family].filter((name) => Object.hasOwn(body, name))
  const found = (['session', 'record', 'orchestration'] as const).filter((family) => present(family).length > 0)
  const [family, ...others] = found
  if (family !== undefined && others.length > 0) throw mixture(found.map((each) => [each, present(each)]))
  if (family !== 'session' && Object.hasOwn(body, 'run_id')) {
    const hint = family === 'record' ? ' To go on with a run in this shape, send workflow_run_id.' : ''
    throw refusal(`run_id needs run_input beside it: ${HOW.session}.${hint}`, [['run_input', 'expected run_input']])
  }
  if (family !== undefined) return family
  return /^[0-9a-f]{24}$/.test(workflowId) ? 'record' : 'orchestration'
}

function mixture(sets: (readonly [Family, readonly string[]])[]): AppError {
  const named = sets.map(([family, names]) => `${names.join(', ')} (${family})`)
  const [[first] = ['session']] = sets
  const advice =
    first === 'session'
      ? ' Move the others into run_input, or leave out run_input.'
      : ' Send the members of one of them.'
  const errors = sets.flatMap(([family, names]) =>
    names.map((name) => [name, `belongs to the ${family} shape`] as const),
  )
  return refusal(`${named.join(' and ')} do not go together.${advice}`, errors)
}

function refusal(message: string, errors: readonly (readonly [string, string])[]): AppError {
  return new AppError('validation_failed', message, { errors: errors.map(([path, text]) => ({ path, message: text })) })
}

import { AppError } from '../../errors'

/** Members by which a body says which family of clients it belongs to. `version` in the query belongs to all. */
const FAMILIES = {
  session: ['run_input', 'run_id'],
  record: [
    'command',
    'dynamic_variables',
    'runtime_variables',
    'miscellaneous',
    'version_number',
    'run_by',
    'workflow_run_id',
    'thread_to_node_inputs',
  ],
  orchestration: ['agent_id', 'input', 'parameters', 'dry_run'],
} as const

const EXPECTED = 'Send { "run_id"?: …, "run_input": { "command"?: …, "input"?: …, "thread_to_node_inputs"?: … } }.'

/**
 * Throws `validation_failed` (422) unless the body is of the session family. The family is read off the names of its
 * members, never guessed: names of two families together are refused with both sets named.
 */
export function requireSessionBody(body: unknown): void {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw refusal(`The body must be an object. ${EXPECTED}`, [])
  }
  const present = (names: readonly string[]) => names.filter((name) => Object.hasOwn(body, name))
  const session = present(FAMILIES.session)
  const others = [...present(FAMILIES.record), ...present(FAMILIES.orchestration)]
  if (session.includes('run_input')) {
    if (others.length === 0) return
    throw refusal(
      `run_input and ${others.join(', ')} do not go together: move ${others.join(', ')} into run_input, or leave out run_input.`,
      ['run_input', ...others],
    )
  }
  if (session.includes('run_id')) throw refusal(`run_id needs run_input beside it. ${EXPECTED}`, ['run_input'])
  if (others.length > 0)
    throw refusal(`This operation reads ${others.join(', ')} inside run_input. ${EXPECTED}`, others)
  throw refusal(`run_input is missing. ${EXPECTED}`, ['run_input'])
}

function refusal(message: string, paths: readonly string[]): AppError {
  return new AppError('validation_failed', message, {
    errors: paths.map((path) => ({ path, message: path === 'run_input' ? 'expected run_input' : 'not expected here' })),
  })
}

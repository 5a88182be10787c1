import { limitOf } from '../env'
import { AppError, type FieldProblem } from '../errors'
import type { WorkflowDefinition } from '../workflow/document'
import { checkInputs } from '../workflow/inputs'
import { applyParameters } from '../workflow/parameters'

/** What a caller gives to a run. */
export interface GivenStart {
  input?: unknown
  /** The declared inputs are taken from the dynamic variables of the same names: for callers that know variables only. */
  inputFromVariables?: boolean
  dynamicVariables?: Record<string, unknown> | undefined
  parameters?: Record<string, unknown> | undefined
}

/**
 * The input with defaults filled in, and the definition as this run would execute it. Throws `invalid_inputs` naming each
 * field, `limit_reached` for an input that is too large, `validation_failed` for parameters that do not fit their nodes.
 */
export function acceptStart(
  definition: WorkflowDefinition,
  given: GivenStart,
): { input: unknown; definition: WorkflowDefinition; globals: Record<string, unknown> } {
  const { problems, ...applied } = applyParameters(definition, given.parameters ?? {})
  const [problem] = problems
  if (problem) throw new AppError('validation_failed', `${problem.path}: ${problem.message}`, { errors: problems })
  return { input: acceptInput(definition, given), ...applied }
}

function acceptInput(definition: WorkflowDefinition, given: GivenStart): unknown {
  const field = given.inputFromVariables ? 'dynamic_variables' : 'input'
  const raw = given.inputFromVariables ? declaredOf(definition, given.dynamicVariables ?? {}) : (given.input ?? {})
  const { value, problems } = checkInputs(definition.inputs, raw)
  const [first] = problems
  if (first) throw invalidInputs(problems, field, first)
  const most = limitOf('run_input')
  const bytes = Buffer.byteLength(JSON.stringify(value ?? null))
  if (bytes > most) {
    const message = `The input of a run may have ${most} bytes of JSON; this one has ${bytes}. Pass a reference to larger data.`
    throw new AppError('limit_reached', message, { errors: [{ path: field, message: `at most ${most} bytes` }] })
  }
  return value
}

function invalidInputs(problems: FieldProblem[], field: string, first: FieldProblem): AppError {
  return new AppError(
    'invalid_inputs',
    `The input does not match what the workflow declares: ${first.path} ${first.message}.`,
    {
      errors: problems.map((problem) => ({ ...problem, path: problem.path ? `${field}.${problem.path}` : field })),
    },
  )
}

function declaredOf(definition: WorkflowDefinition, variables: Record<string, unknown>): Record<string, unknown> {
  const { properties } = definition.inputs
  if (typeof properties !== 'object' || properties === null) return {}
  return Object.fromEntries(Object.entries(variables).filter(([name]) => Object.hasOwn(properties, name)))
}

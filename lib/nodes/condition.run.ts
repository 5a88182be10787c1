import type { ConditionConfig } from './condition'
import { NodeError, type Runner } from './runner'

/** A result that is neither true nor false is a mistake of the author, never a quiet "false". */
export const runCondition: Runner<ConditionConfig> = async ({ config, evaluate }) => {
  for (const branch of config.branches) {
    const result = await evaluate(branch.when)
    if (typeof result !== 'boolean') {
      throw new NodeError(
        'not_boolean',
        `The branch "${branch.name}" gave ${describe(result)}, and a condition must give true or false. Compare the value, for example with = or >, or wrap it in $boolean( ).`,
        { retryable: false, details: { branch: branch.name } },
      )
    }
    if (result) return { type: 'done', port: branch.name, output: { branch: branch.name } }
  }
  return { type: 'done', port: 'else', output: { branch: 'else' } }
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  if (typeof value === 'string')
    return `the text ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`
  return `the ${typeof value} ${String(value)}`
}

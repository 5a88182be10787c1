import type { z } from 'zod'
import { LIMITS } from '../limits'
import { definitionSchema, type Problem, type WorkflowDefinition } from './document'
import { evaluationProblems } from './evaluation'
import { edgeProblems, graphProblems } from './validate-edges'
import { expressionProblems } from './validate-expressions'
import { identityProblems, nodeProblems, schemaProblem } from './validate-nodes'

const MAX_DEFINITION_BYTES = LIMITS.definition.value
const MAX_DEPTH = 100

/**
 * Every problem of a definition; never throws. With an error among them it must not be published or run. `definition` is
 * there when the document has its shape, whatever else is wrong, so that it can still be drawn.
 */
export function validateDefinition(input: unknown): { definition?: WorkflowDefinition; problems: Problem[] } {
  if (isDeeperThan(input, MAX_DEPTH)) {
    const message = `The definition nests deeper than ${MAX_DEPTH} levels.`
    return { problems: [{ path: '', severity: 'error', code: 'too_deep', message }] }
  }
  const parsed = definitionSchema.safeParse(input)
  if (!parsed.success) return { problems: parsed.error.issues.flatMap((issue) => shapeProblem(issue, input)) }
  const definition = parsed.data
  const problems = [
    ...sizeProblems(definition),
    ...evaluationProblems(definition.settings.evaluation),
    ...schemaProblem(definition.inputs, { path: 'inputs' }, 'The inputs'),
    ...identityProblems(definition),
    ...definition.nodes.flatMap((node, index) => nodeProblems(node, index)),
    ...edgeProblems(definition),
    ...graphProblems(definition),
    ...expressionProblems(definition),
  ]
  return { definition, problems }
}

/** Whatever reads a document does so by recursion: thousands of brackets must stop here. */
function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((item) => isDeeperThan(item, levels - 1))
}

function shapeProblem(issue: z.core.$ZodIssue, input: unknown): Problem[] {
  const path = issue.path.map(String).join('.')
  const nodeId = issue.path[0] === 'nodes' ? idAt(input, 'nodes', issue.path[1]) : undefined
  const edgeId = issue.path[0] === 'edges' ? idAt(input, 'edges', issue.path[1]) : undefined
  const base = {
    severity: 'error',
    code: 'invalid_shape',
    ...(nodeId ? { nodeId } : {}),
    ...(edgeId ? { edgeId } : {}),
  } as const
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      ...base,
      path: path ? `${path}.${key}` : key,
      message: `There is no field "${key}" here.`,
    }))
  }
  return [{ ...base, path, message: `${path || 'The definition'}: ${issue.message}` }]
}

function idAt(input: unknown, list: 'nodes' | 'edges', index: PropertyKey | undefined): string | undefined {
  const items =
    typeof input === 'object' && input !== null && list in input ? (input as Record<string, unknown>)[list] : undefined
  const item: unknown = Array.isArray(items) && typeof index === 'number' ? items[index] : undefined
  return typeof item === 'object' && item !== null && 'id' in item && typeof item.id === 'string' ? item.id : undefined
}

function sizeProblems(definition: WorkflowDefinition): Problem[] {
  const bytes = new TextEncoder().encode(JSON.stringify(definition)).length
  if (bytes <= MAX_DEFINITION_BYTES) return []
  return [
    {
      path: '',
      severity: 'error',
      code: 'too_large',
      message: `The definition has ${bytes} bytes; at most ${MAX_DEFINITION_BYTES} are allowed.`,
    },
  ]
}

import type { FieldProblem } from '../errors'
import type { WorkflowDefinition, WorkflowNode } from './document'
import { expressionProblems } from './validate-expressions'
import { nodeProblems } from './validate-nodes'

/**
 * The parameters of one run. A key equal to the id or the name of a node holds fields that replace those of its config; every
 * other key is a variable that all nodes can read. The stored definition is untouched.
 */
export interface AppliedParameters {
  /** The definition as this run executes it. */
  definition: WorkflowDefinition
  /** Keys that name no node. */
  globals: Record<string, unknown>
  /** Paths begin with `parameters.<key>`; empty when the parameters may be used. */
  problems: FieldProblem[]
}

/** Never throws and changes nothing of what it is given. */
export function applyParameters(
  definition: WorkflowDefinition,
  parameters: Readonly<Record<string, unknown>>,
): AppliedParameters {
  const keys = Object.keys(parameters)
  if (keys.length === 0) return { definition, globals: {}, problems: [] }
  const named = new Set(definition.nodes.flatMap((node) => [node.id, node.name]))
  const globals = Object.fromEntries(Object.entries(parameters).filter(([key]) => !named.has(key)))
  const problems: FieldProblem[] = []
  const overridden = new Map<string, { key: string; fields: Set<string> }>()
  const nodes = definition.nodes.map((node): WorkflowNode => {
    const key = keyOf(node, parameters)
    if (key === undefined) return node
    const fields = parameters[key]
    if (!isObject(fields)) {
      problems.push({ path: `parameters.${key}`, message: `is a node of the workflow: expected fields of its config` })
      return node
    }
    overridden.set(node.id, { key, fields: new Set(Object.keys(fields)) })
    return { ...node, config: { ...node.config, ...fields } }
  })
  const applied = { ...definition, nodes }
  if (overridden.size > 0) problems.push(...configProblems(applied, overridden))
  return { definition: applied, globals, problems }
}

/** The id counts more than the name, as in the worker. */
function keyOf(node: WorkflowNode, parameters: Readonly<Record<string, unknown>>): string | undefined {
  return [node.id, node.name].find((key) => Object.hasOwn(parameters, key))
}

/** What is wrong with fields that the run itself brings; what was wrong before is not its business. */
function configProblems(
  definition: WorkflowDefinition,
  overridden: ReadonlyMap<string, { key: string; fields: ReadonlySet<string> }>,
): FieldProblem[] {
  const found = [
    ...definition.nodes.flatMap((node, index) => (overridden.has(node.id) ? nodeProblems(node, index) : [])),
    ...expressionProblems(definition),
  ]
  return found.flatMap(({ nodeId, path, severity, message }) => {
    const own = nodeId === undefined ? undefined : overridden.get(nodeId)
    const [, , , field = ''] = path.split('.')
    if (own === undefined || severity !== 'error' || !own.fields.has(field)) return []
    return [{ path: ['parameters', own.key, ...path.split('.').slice(3)].join('.'), message }]
  })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

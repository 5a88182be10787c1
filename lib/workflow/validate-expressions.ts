import { z } from 'zod'
import { compileExpression } from '../engine/expression'
import { ExpressionError } from '../engine/expression-error'
import { declaredNames } from '../engine/expression-scope'
import { didYouMean } from '../engine/nearest'
import { templateReferences } from '../engine/template'
import { nodeType } from '../nodes/registry'
import type { Problem, WorkflowDefinition, WorkflowNode } from './document'

/** An expression of a definition, and where it stands. */
interface Place {
  source: string
  path: string
  node: WorkflowNode | undefined
}

/** What can be said of every expression and template before it runs: that it parses, and that what it names exists. */
export function expressionProblems(definition: WorkflowDefinition): Problem[] {
  const problems: Problem[] = []
  const known = {
    nodeNames: definition.nodes.map((node) => node.name),
    inputNames: declaredNames(definition.inputs),
    isOpen: 'additionalProperties' in definition.inputs && definition.inputs.additionalProperties !== false,
    ancestors: ancestorsOf(definition),
  }
  definition.nodes.forEach((node, index) => {
    const { places, broken } = expressionsOf(node, index)
    problems.push(...broken)
    for (const place of places) problems.push(...problemsOf(place, known))
  })
  for (const [name, source] of Object.entries(definition.outputs ?? {})) {
    problems.push(...problemsOf({ source, path: `outputs.${name}`, node: undefined }, known))
  }
  return problems
}

interface Known {
  nodeNames: string[]
  inputNames: string[]
  isOpen: boolean
  ancestors: ReadonlyMap<string, ReadonlySet<string>>
}

function problemsOf(place: Place, known: Known): Problem[] {
  const { source, path, node } = place
  const at = { path, ...(node ? { nodeId: node.id } : {}) }
  const where = node ? `${node.name}: ` : ''
  try {
    const found: Problem[] = []
    for (const { root, keys } of compileExpression(source).references) {
      const [name] = keys
      if (name === undefined) continue
      if (root === 'nodes' && !known.nodeNames.includes(name)) {
        const message = `${where}there is no node "${name}".${didYouMean(name, known.nodeNames)}`
        found.push({ ...at, severity: 'error', code: 'unknown_node', message })
      } else if (root === 'nodes' && node && !known.ancestors.get(node.id)?.has(name)) {
        const message = `${where}"${name}" does not come before this node, so it may have no output here.`
        found.push({ ...at, severity: 'warning', code: 'not_before', message })
      } else if (root === 'inputs' && !known.isOpen && !known.inputNames.includes(name)) {
        const message = `${where}there is no input "${name}".${didYouMean(name, known.inputNames)}`
        found.push({ ...at, severity: 'error', code: 'unknown_input', message })
      }
    }
    return found
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    return [{ ...at, severity: 'error', code: 'bad_expression', message: `${where}${error.message}` }]
  }
}

function expressionsOf(node: WorkflowNode, index: number): { places: Place[]; broken: Problem[] } {
  const places: Place[] = []
  const broken: Problem[] = []
  const config = nodeType(node.type)?.config
  const shape: Record<string, z.ZodType> = config instanceof z.ZodObject ? config.shape : {}
  for (const [field, value] of Object.entries(node.config)) {
    const path = `nodes.${index}.config.${field}`
    const meta = shape[field]?.meta()
    if (meta?.raw) {
      places.push(...rawExpressions(value, path, node, meta.control === 'expression'))
      continue
    }
    const { references, problems } = templateReferences(value)
    for (const reference of references)
      places.push({ source: reference.source, path: [path, ...reference.path].join('.'), node })
    for (const problem of problems) {
      broken.push({
        path: [path, ...problem.path].join('.'),
        nodeId: node.id,
        severity: 'error',
        code: 'bad_template',
        message: `${node.name}: ${problem.error.message}`,
      })
    }
  }
  return { places, broken }
}

/** Members of lists that are expressions themselves: `when` of branches. */
const EXPRESSION_MEMBERS = new Set(['when'])

function rawExpressions(value: unknown, path: string, node: WorkflowNode, isExpression: boolean): Place[] {
  if (typeof value === 'string') return isExpression && value.trim() !== '' ? [{ source: value, path, node }] : []
  if (!Array.isArray(value)) return []
  return value.flatMap((item: unknown, index) =>
    typeof item === 'object' && item !== null
      ? Object.entries(item).flatMap(([key, member]) =>
          EXPRESSION_MEMBERS.has(key) ? rawExpressions(member, `${path}.${index}.${key}`, node, true) : [],
        )
      : [],
  )
}

/** Names of all nodes from which a path leads to a node, by the node's id. A node in a loop may come before itself. */
function ancestorsOf(definition: WorkflowDefinition): Map<string, Set<string>> {
  const sources = new Map<string, string[]>()
  for (const edge of definition.edges) sources.set(edge.target, [...(sources.get(edge.target) ?? []), edge.source])
  const nameOf = new Map(definition.nodes.map((node) => [node.id, node.name]))
  const result = new Map<string, Set<string>>()
  for (const node of definition.nodes) {
    const seen = new Set<string>()
    const stack = [...(sources.get(node.id) ?? [])]
    for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
      if (seen.has(id)) continue
      seen.add(id)
      stack.push(...(sources.get(id) ?? []))
    }
    result.set(node.id, new Set(Array.from(seen, (id) => nameOf.get(id) ?? id)))
  }
  return result
}

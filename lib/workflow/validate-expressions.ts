import { compileExpression } from '../engine/expression'
import { ExpressionError } from '../engine/expression-error'
import { type ExpressionReference, isScopeName, SCOPE_NAMES } from '../engine/expression-references'
import { declaredNames } from '../engine/expression-scope'
import { didYouMean } from '../engine/nearest'
import { MAX_NESTING } from '../engine/scopes'
import { templateReferences } from '../engine/template'
import { configFields } from '../nodes/config-fields'
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
    callbackNames: definition.nodes.filter((node) => node.type === 'callback').map((node) => node.name),
    inputNames: declaredNames(definition.inputs),
    isOpen: 'additionalProperties' in definition.inputs && definition.inputs.additionalProperties !== false,
    comesBefore: orderOf(definition),
    ...containersOf(definition),
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
  callbackNames: string[]
  inputNames: string[]
  isOpen: boolean
  /** A path leads from the node of this name to the node with this id. */
  comesBefore(name: string, nodeId: string): boolean
  /** Names of the containers around the node of this name, from the outside in. */
  around(name: string): string[]
}

function problemsOf(place: Place, known: Known): Problem[] {
  const { source, path, node } = place
  const at = { path, ...(node ? { nodeId: node.id } : {}) }
  const where = node ? `${node.name}: ` : ''
  try {
    const { references, suspects } = compileExpression(source)
    const found = references.flatMap((reference) => referenceProblems(reference, place, known))
    for (const { name } of suspects) {
      const message = `${where}inside [ ] and ^( ) the name ${name} means a member of each item; write $${name} for that of the run.`
      found.push({ ...at, severity: 'warning', code: 'name_in_filter', message })
    }
    return found
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    return [{ ...at, severity: 'error', code: 'bad_expression', message: `${where}${error.message}` }]
  }
}

/** What a reference names must exist; what it names only at the start of a run, or only on some path, is a warning. */
function referenceProblems(reference: ExpressionReference, place: Place, known: Known): Problem[] {
  const { root, keys, optional } = reference
  const [name] = keys
  const { path, node } = place
  const at = { path, ...(node ? { nodeId: node.id } : {}) }
  const where = node ? `${node.name}: ` : ''
  const problem = (severity: Problem['severity'], code: string, message: string) => [
    { ...at, severity, code, message: `${where}${message}` },
  ]
  if (root === 'nodes') {
    if (name === undefined) return []
    if (!known.nodeNames.includes(name)) {
      return problem('error', 'unknown_node', `there is no node "${name}".${didYouMean(name, known.nodeNames)}`)
    }
    const hidden = hiddenBy(name, place, known)
    if (hidden !== undefined) {
      const inner = `"${name}" is inside "${hidden}" and runs once per item; from outside read nodes.${hidden}.output.`
      return problem('error', 'not_in_scope', inner)
    }
    if (!node || optional || known.comesBefore(name, node.id)) return []
    return problem('warning', 'not_before', `"${name}" does not come before this node, so it may have no output here.`)
  }
  if (optional) return []
  if (root === 'inputs') {
    if (name === undefined || known.isOpen || known.inputNames.includes(name)) return []
    return problem('error', 'unknown_input', `there is no input "${name}".${didYouMean(name, known.inputNames)}`)
  }
  if ((root === 'item' || root === 'index') && node?.parentId === undefined && !isAskedInside(place)) {
    return problem('error', 'no_item', `"${root}" exists only inside a container such as forEach.`)
  }
  if (root === 'callbacks' && name !== undefined && !known.callbackNames.includes(name)) {
    const hint = didYouMean(name, known.callbackNames)
    return problem('error', 'unknown_callback', `there is no callback step "${name}".${hint}`)
  }
  if (isScopeName(root)) return []
  const near = known.inputNames.includes(root) ? ` Did you mean "inputs.${root}"?` : didYouMean(root, SCOPE_NAMES)
  return problem(
    'warning',
    'unknown_name',
    `"${root}" must be given as a dynamic variable whenever a run starts.${near}`,
  )
}

/** The innermost container that holds what is named and not who names it. */
function hiddenBy(name: string, { node }: Place, known: Known): string | undefined {
  const own = node ? [...known.around(node.name), node.name] : []
  return known
    .around(name)
    .filter((container) => !own.includes(container))
    .at(0)
}

/** The condition of a `while` is asked before each turn and sees the turn. */
function isAskedInside({ node, path }: Place): boolean {
  return node?.type === 'while' && path.endsWith('.config.when')
}

function containersOf(definition: WorkflowDefinition): Pick<Known, 'around'> {
  const byId = new Map(definition.nodes.map((node) => [node.id, node]))
  const byName = new Map(definition.nodes.map((node) => [node.name, node]))
  return {
    around(name) {
      const names: string[] = []
      let at = byName.get(name)
      for (let depth = 0; at?.parentId !== undefined && depth <= MAX_NESTING; depth++) {
        at = byId.get(at.parentId)
        if (at) names.unshift(at.name)
      }
      return names
    },
  }
}

function expressionsOf(node: WorkflowNode, index: number): { places: Place[]; broken: Problem[] } {
  const places: Place[] = []
  const broken: Problem[] = []
  const shape = configFields(nodeType(node.type))
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

/** Looks back from a node when it is first asked about: most nodes name nobody. A node in a loop may come before itself. */
function orderOf(definition: WorkflowDefinition): Known['comesBefore'] {
  const sources = new Map<string, string[]>()
  const types = new Map(definition.nodes.map((node) => [node.id, node.type]))
  const lead = (target: string, source: string) => sources.set(target, [...(sources.get(target) ?? []), source])
  for (const edge of definition.edges) lead(edge.target, edge.source)
  // What comes before a container comes before all that is inside it, and what is inside before its condition is asked again.
  for (const node of definition.nodes) {
    if (node.parentId === undefined) continue
    lead(node.id, node.parentId)
    if (types.get(node.parentId) === 'while') lead(node.parentId, node.id)
  }
  const nameOf = new Map(definition.nodes.map((node) => [node.id, node.name]))
  const known = new Map<string, ReadonlySet<string>>()
  const before = (nodeId: string): ReadonlySet<string> => {
    const seen = new Set<string>()
    const stack = [...(sources.get(nodeId) ?? [])]
    for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
      if (seen.has(id)) continue
      seen.add(id)
      stack.push(...(sources.get(id) ?? []))
    }
    return new Set(Array.from(seen, (id) => nameOf.get(id) ?? id))
  }
  return (name, nodeId) => {
    const names = known.get(nodeId) ?? before(nodeId)
    known.set(nodeId, names)
    return names.has(name)
  }
}

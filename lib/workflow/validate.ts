import type { z } from 'zod'
import { compile } from '../engine/graph'
import { didYouMean } from '../engine/nearest'
import { hasPlaceholder } from '../engine/template-parse'
import type { NodeType } from '../nodes/node-type'
import { nodeType, nodeTypes } from '../nodes/registry'
import { definitionSchema, type Problem, type WorkflowDefinition, type WorkflowNode } from './document'
import { expressionProblems } from './validate-expressions'

const MAX_DEFINITION_BYTES = 1024 * 1024

/**
 * Every problem of a definition; never throws. With an error among them it must not be published or run. `definition` is
 * there when the document has its shape, whatever else is wrong, so that it can still be drawn.
 */
export function validateDefinition(input: unknown): { definition?: WorkflowDefinition; problems: Problem[] } {
  const parsed = definitionSchema.safeParse(input)
  if (!parsed.success) return { problems: parsed.error.issues.flatMap((issue) => shapeProblem(issue, input)) }
  const definition = parsed.data
  const problems = [
    ...sizeProblems(definition),
    ...identityProblems(definition),
    ...definition.nodes.flatMap((node, index) => nodeProblems(node, index)),
    ...edgeProblems(definition),
    ...graphProblems(definition),
    ...expressionProblems(definition),
  ]
  return { definition, problems }
}

/** The ports that edges may leave a node by: those of its type, and `error` when its errors branch. */
export function portsOf(node: Pick<WorkflowNode, 'type' | 'config' | 'policy'>): string[] {
  const ports = nodeType(node.type)
    ?.ports(node.config)
    .map((port) => port.name) ?? ['out']
  return node.policy?.onError === 'branch' ? [...ports, 'error'] : ports
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

function identityProblems(definition: WorkflowDefinition): Problem[] {
  const problems: Problem[] = []
  const repeated = (items: readonly string[], report: (item: string, index: number) => Problem) => {
    const seen = new Set<string>()
    items.forEach((item, index) => {
      if (seen.has(item)) problems.push(report(item, index))
      seen.add(item)
    })
  }
  repeated(
    definition.nodes.map((node) => node.id),
    (id, index) => ({
      path: `nodes.${index}.id`,
      nodeId: id,
      severity: 'error',
      code: 'duplicate_id',
      message: `Two nodes have the id "${id}".`,
    }),
  )
  repeated(
    definition.nodes.map((node) => node.name),
    (name, index) => ({
      path: `nodes.${index}.name`,
      nodeId: definition.nodes[index]?.id ?? '',
      severity: 'error',
      code: 'duplicate_name',
      message: `Two nodes are called "${name}"; expressions could not tell them apart.`,
    }),
  )
  repeated(
    definition.edges.map((edge) => edge.id),
    (id, index) => ({
      path: `edges.${index}.id`,
      edgeId: id,
      severity: 'error',
      code: 'duplicate_id',
      message: `Two edges have the id "${id}".`,
    }),
  )
  return problems
}

function nodeProblems(node: WorkflowNode, index: number): Problem[] {
  const type: NodeType | undefined = nodeType(node.type)
  const at = { nodeId: node.id, severity: 'error' } as const
  if (!type) {
    const hint = didYouMean(node.type, Object.keys(nodeTypes))
    return [
      {
        ...at,
        path: `nodes.${index}.type`,
        code: 'unknown_type',
        message: `There is no node type "${node.type}".${hint}`,
      },
    ]
  }
  const parsed = type.config.safeParse(node.config)
  if (parsed.success) return []
  return parsed.error.issues
    .filter((issue) => !isTemplate(valueAt(node.config, issue.path)))
    .flatMap((issue) => {
      const path = [`nodes.${index}.config`, ...issue.path.map(String)].join('.')
      const field = issue.path.map(String).join('.')
      if (issue.code === 'unrecognized_keys') {
        return issue.keys.map((key) => ({
          ...at,
          path: `${path}.${key}`,
          code: 'unknown_field',
          message: `${node.name}: there is no field "${field ? `${field}.` : ''}${key}".`,
        }))
      }
      return [
        {
          ...at,
          path,
          code: 'invalid_config',
          message: `${node.name}: ${field ? `${field}: ` : ''}${sentence(issue, node.config)}.`,
        },
      ]
    })
}

function sentence(issue: z.core.$ZodIssue, config: unknown): string {
  if (issue.code === 'invalid_type' && valueAt(config, issue.path) === undefined) return 'fill this in'
  return issue.message.replace(/\.$/, '')
}

function valueAt(config: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = config
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<PropertyKey, unknown>)[key]
  }
  return value
}

/** A number field may hold `{{ … }}`: what it becomes is checked when the node runs. */
function isTemplate(value: unknown): boolean {
  return typeof value === 'string' && hasPlaceholder(value)
}

function edgeProblems(definition: WorkflowDefinition): Problem[] {
  const nodes = new Map(definition.nodes.map((node) => [node.id, node]))
  const problems: Problem[] = []
  const seen = new Set<string>()
  definition.edges.forEach((edge, index) => {
    const at = { edgeId: edge.id, severity: 'error' } as const
    const source = nodes.get(edge.source)
    const target = nodes.get(edge.target)
    if (!source || !target) {
      const [end, missing] = source ? (['target', edge.target] as const) : (['source', edge.source] as const)
      problems.push({
        ...at,
        path: `edges.${index}.${end}`,
        code: 'dangling_edge',
        message: `The edge ${edge.id} names the node "${missing}", which does not exist.`,
      })
      return
    }
    const ports = portsOf(source)
    if (!ports.includes(edge.sourcePort)) {
      const known = ports.length > 0 ? ` It has ${ports.map((port) => `"${port}"`).join(', ')}.` : ' It has none.'
      problems.push({
        ...at,
        path: `edges.${index}.sourcePort`,
        nodeId: source.id,
        code: 'unknown_port',
        message: `${source.name} has no port "${edge.sourcePort}".${known}`,
      })
    }
    if (nodeType(target.type)?.hasInput === false) {
      problems.push({
        ...at,
        path: `edges.${index}.target`,
        nodeId: target.id,
        code: 'no_input',
        message: `Nothing may lead to ${target.name}: it is where a run begins.`,
      })
    }
    const key = JSON.stringify([edge.source, edge.sourcePort, edge.target])
    if (seen.has(key))
      problems.push({
        ...at,
        path: `edges.${index}`,
        code: 'duplicate_edge',
        message: `${source.name} leads to ${target.name} twice from the same port.`,
      })
    seen.add(key)
  })
  return problems
}

function graphProblems(definition: WorkflowDefinition): Problem[] {
  const { plan, problems } = compile(definition)
  const found: Problem[] = problems
    .filter((problem) => problem.code !== 'dangling_edge') // told with its path by edgeProblems
    .map((problem) => ({
      path:
        problem.edgeId === undefined
          ? 'nodes'
          : `edges.${definition.edges.findIndex((edge) => edge.id === problem.edgeId)}`,
      ...(problem.edgeId === undefined ? {} : { edgeId: problem.edgeId }),
      severity: 'error',
      code: problem.code,
      message: problem.message,
    }))
  const indexOf = (id: string) => definition.nodes.findIndex((node) => node.id === id)
  const starts = definition.nodes.filter((node) => node.type === 'start')
  for (const extra of starts.slice(1)) {
    found.push({
      path: `nodes.${indexOf(extra.id)}`,
      nodeId: extra.id,
      severity: 'error',
      code: 'several_starts',
      message: 'A workflow has one Start node; remove the others.',
    })
  }
  if (starts.length > 0) {
    for (const id of plan.unreachableIds) {
      const name = definition.nodes[indexOf(id)]?.name ?? id
      found.push({
        path: `nodes.${indexOf(id)}`,
        nodeId: id,
        severity: 'warning',
        code: 'unreachable',
        message: `${name} never runs: no path leads to it from Start.`,
      })
    }
  }
  if (definition.nodes.length > 0 && !definition.nodes.some((node) => node.type === 'end')) {
    found.push({
      path: 'nodes',
      severity: 'warning',
      code: 'no_end',
      message: 'There is no End node: the run ends when nothing is left to do, with no output.',
    })
  }
  return found
}

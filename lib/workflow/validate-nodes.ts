import type { z } from 'zod'
import { prepareSchema } from '../engine/json-schema'
import { didYouMean } from '../engine/nearest'
import { hasPlaceholder } from '../engine/template-parse'
import { configFields } from '../nodes/config-fields'
import type { NodeType } from '../nodes/node-type'
import { nodeType, nodeTypes } from '../nodes/registry'
import type { Problem, WorkflowDefinition, WorkflowNode } from './document'

/** Ids and names that repeat. */
export function identityProblems(definition: WorkflowDefinition): Problem[] {
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

/** What is wrong with the type and the config of one node. */
export function nodeProblems(node: WorkflowNode, index: number): Problem[] {
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
  const schemas = schemaFields(type).flatMap((field) =>
    schemaProblem(
      node.config[field],
      { path: `nodes.${index}.config.${field}`, nodeId: node.id },
      `${node.name}: ${field}`,
    ),
  )
  const parsed = type.config.safeParse(node.config)
  schemas.push(...policyProblems(node, type, index))
  if (parsed.success) return schemas
  const issues = parsed.error.issues
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
  return [...schemas, ...issues]
}

/** A container does nothing itself that could be tried again or take too long: the steps inside it have policies of their own. */
function policyProblems(node: WorkflowNode, type: NodeType, index: number): Problem[] {
  if (type.kind !== 'container' || !node.policy) return []
  const set = [
    ...(node.policy.retry && node.policy.retry.maxAttempts > 1 ? ['retry'] : []),
    ...(node.policy.timeoutMs === undefined ? [] : ['timeoutMs']),
    ...(node.policy.atMostOnce ? ['atMostOnce'] : []),
  ]
  return set.map((field) => ({
    path: `nodes.${index}.policy.${field}`,
    nodeId: node.id,
    severity: 'error',
    code: 'not_for_containers',
    message: `${node.name}: ${field} has no meaning for a container; set it on the steps inside.`,
  }))
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

/** A JSON Schema of the document that cannot be read would refuse every answer. */
export function schemaProblem(schema: unknown, at: { path: string; nodeId?: string }, what: string): Problem[] {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return []
  try {
    prepareSchema(schema as Record<string, unknown>) // an object, as just seen
    return []
  } catch (error) {
    const why = error instanceof Error ? error.message : 'it is not a JSON Schema'
    return [{ ...at, severity: 'error', code: 'bad_schema', message: `${what}: the schema cannot be read. ${why}` }]
  }
}

/** Fields of a config that hold a JSON Schema. */
function schemaFields(type: NodeType): string[] {
  return Object.entries(configFields(type)).flatMap(([name, field]) =>
    field.meta()?.control === 'json-schema' ? [name] : [],
  )
}

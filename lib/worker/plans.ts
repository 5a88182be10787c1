import { loadDefinition } from '../db/definitions'
import { compile, type Plan } from '../engine/graph'
import type { Id } from '../ids'
import type { NodeType } from '../nodes/node-type'
import { nodeType } from '../nodes/registry'
import type { WorkflowDefinition, WorkflowNode } from '../workflow/document'

/** A definition ready to run. Definitions are immutable, so this is kept for as long as it is used. */
export interface Program {
  definition: WorkflowDefinition
  plan: Plan
  nodesById: Map<string, WorkflowNode>
  nodesByName: Map<string, WorkflowNode>
  nodeNames: string[]
  callbackNodes: WorkflowNode[]
  /** How each node is executed, by node id; see `NodeType.kind`. */
  kinds: Map<string, NodeType['kind']>
}

const MAX_KEPT = 200
const kept = new Map<Id, Program>()

/** The program of a definition row. Throws when the row is missing. */
export async function loadProgram(definitionId: Id): Promise<Program> {
  const found = kept.get(definitionId)
  if (found) {
    kept.delete(definitionId)
    kept.set(definitionId, found)
    return found
  }
  const program = makeProgram(await loadDefinition(definitionId))
  kept.set(definitionId, program)
  const oldest = kept.size > MAX_KEPT ? kept.keys().next().value : undefined
  if (oldest !== undefined) kept.delete(oldest)
  return program
}

/** Compiles a definition. */
export function makeProgram(definition: WorkflowDefinition): Program {
  return {
    definition,
    plan: compile(definition).plan,
    nodesById: new Map(definition.nodes.map((node) => [node.id, node])),
    nodesByName: new Map(definition.nodes.map((node) => [node.name, node])),
    nodeNames: definition.nodes.map((node) => node.name),
    callbackNodes: definition.nodes.filter((node) => node.type === 'callback'),
    kinds: new Map(definition.nodes.map((node) => [node.id, nodeType(node.type)?.kind ?? 'inline'])),
  }
}

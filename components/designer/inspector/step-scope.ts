import type { Problem, WorkflowDefinition, WorkflowNode } from '@/lib/workflow/document'
import { withPath } from '../document/path'
import { portsOf } from '../document/ports'
import { vocabularyFor } from './code/vocabulary'
import type { InspectorScope } from './inspector-context'

/** Problems of a step by where they are: below its config (`url`, `branches.0.when`), its `name`, or elsewhere (''). */
export function problemsByPath(problems: readonly Problem[], nodeName: string): Map<string, string> {
  const byPath = new Map<string, string>()
  for (const problem of problems) {
    const path = placeOf(problem.path)
    if (!byPath.has(path)) byPath.set(path, shortMessage(problem.message, nodeName))
  }
  return byPath
}

function placeOf(path: string): string {
  const inNode = /^nodes\.\d+\.(.*)$/.exec(path)?.[1]
  if (inNode === undefined) return ''
  return inNode.startsWith('config.') ? inNode.slice('config.'.length) : inNode
}

/** Beside its field, a message need not say again which step and which field it is about. */
export function shortMessage(message: string, nodeName: string): string {
  const text = message.startsWith(`${nodeName}: `) ? message.slice(nodeName.length + 2) : message
  const plain = text.replace(/^[\w.]+: (?=\S)/, '')
  return plain[0] === undefined ? message : plain[0].toUpperCase() + plain.slice(1)
}

/** What the fields of a step need to know. */
export function stepScope(
  definition: WorkflowDefinition,
  node: WorkflowNode,
  problems: ReadonlyMap<string, string>,
  readOnly: boolean,
): InspectorScope {
  return {
    readOnly,
    vocabulary: () => vocabularyFor(definition, node.id),
    problemAt: (path) => problems.get(path),
    portEffect: (path, value) => {
      const before = portsOf(node).map((port) => port.name)
      const config = withPath(node.config, path, value) as WorkflowNode['config'] // a record with a member changed is a record
      const after = portsOf({ ...node, config }).map((port) => port.name)
      if (after.length < before.length) return 'loses'
      return after.every((name, i) => name === before[i]) ? 'none' : 'renames'
    },
  }
}

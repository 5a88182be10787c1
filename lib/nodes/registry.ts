import { approvalNode } from './approval'
import { callbackNode } from './callback'
import { conditionNode } from './condition'
import { delayNode } from './delay'
import { endNode } from './end'
import { failNode } from './fail'
import { forEachNode } from './for-each'
import { httpNode } from './http'
import { inputNode } from './input'
import { llmNode } from './llm'
import { mergeNode } from './merge'
import { messageNode } from './message'
import type { NodeType } from './node-type'
import { startNode } from './start'
import { switchNode } from './switch'
import { templateNode } from './template'
import { transformNode } from './transform'
import { whileNode } from './while'
import { workflowNode } from './workflow'

/** Every node type, in the order of the palette. A new one is a line here, one in `runners.ts`, and the compiler asks for both. */
export const nodeTypes = {
  start: startNode,
  end: endNode,
  condition: conditionNode,
  switch: switchNode,
  merge: mergeNode,
  forEach: forEachNode,
  while: whileNode,
  workflow: workflowNode,
  delay: delayNode,
  callback: callbackNode,
  fail: failNode,
  approval: approvalNode,
  input: inputNode,
  message: messageNode,
  llm: llmNode,
  transform: transformNode,
  template: templateNode,
  http: httpNode,
} satisfies Record<string, NodeType>

export type NodeTypeId = keyof typeof nodeTypes

/** The descriptor of a type, `undefined` when there is none: a document may name anything. */
export function nodeType(type: string): NodeType | undefined {
  return isNodeTypeId(type) ? nodeTypes[type] : undefined
}

export function isNodeTypeId(type: string): type is NodeTypeId {
  return Object.hasOwn(nodeTypes, type)
}

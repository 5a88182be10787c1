import { isNodeTypeId, type NodeTypeId } from '../nodes/registry'

/** What other tools call our types. */
const TYPE_NAMES: Record<string, NodeTypeId> = {
  http_request: 'http',
  api_call: 'http',
  request: 'http',
  webhook: 'http',
  prompt: 'llm',
  ai: 'llm',
  agent: 'llm',
  generate: 'llm',
  human_approval: 'approval',
  human: 'approval',
  review: 'approval',
  user_input: 'input',
  form: 'input',
  question: 'input',
  wait: 'delay',
  sleep: 'delay',
  timer: 'delay',
  if: 'condition',
  branch: 'condition',
  decision: 'condition',
  map: 'transform',
  expression: 'transform',
  jsonata: 'transform',
  notify: 'message',
  log: 'message',
  join: 'merge',
}

/** Our type for the name another tool gives it; `undefined` when there is none. */
export function knownType(name: string): NodeTypeId | undefined {
  const plain = name
    .trim()
    .toLowerCase()
    .replace(/[\s.-]+/g, '_')
  if (isNodeTypeId(plain)) return plain
  return Object.hasOwn(TYPE_NAMES, plain) ? TYPE_NAMES[plain] : undefined
}

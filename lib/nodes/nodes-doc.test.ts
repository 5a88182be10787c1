import { expect, test } from 'vitest'
import { z } from 'zod'
import type { NodeType } from './node-type'
import { type NodeTypeId, nodeTypes } from './registry'

/** What each node gives to `nodes.<name>.output`: the one thing about a node that its descriptor does not say. */
const OUTPUTS: Record<NodeTypeId, string> = {
  start: 'the inputs of the run',
  end: 'what *Output* says; it is the output of the run when this End is reached last',
  condition: '`{ branch }`, the name of the port taken',
  switch: '`{ case, value }`',
  forEach:
    '`{ results, errors, count }`: the result of each item in order (`null` for one that failed), `errors` as `[{ index, error }]`. The result of an item is what its End node gave, else the output of the step that ended last',
  while: '`{ result, turns }`: the result of the last turn (`null` when there was none) and how many there were',
  workflow: 'the output of that run',
  callback: 'the body of the call, parsed when it is JSON',
  merge: 'what *Output* says, else `null`',
  delay: '`{ fired_at }`',
  fail: 'none: the node fails with the code `failed_on_purpose`',
  approval:
    '`{ decision, approved, by, comment, data, decided_at, votes }`; `data` is the edited form, or what was shown; `votes` are those that counted, as `[{ by, decision, comment, at }]`',
  input: 'the answer',
  message: '`{ text, state? }`',
  llm: 'the text, or with *Answer as data* an object of that form',
  transform: 'the value of the expression',
  template: 'the text, or the value of a placeholder that stands alone',
  http: '`{ status, headers, body }`; `body` is parsed when the answer says it is JSON, text otherwise, `null` when empty',
}

/** Where the ports follow from the config. */
const PORTS: Partial<Record<NodeTypeId, string>> = {
  condition: 'the name of each branch, and `else`',
  switch: 'the name of each case, and `default`',
  input: '`out`, and with a due time `timedOut`',
}

const KINDS: Record<NodeType['kind'], string> = {
  inline: 'computes and is done at once',
  effect:
    'calls the world: begins only when all it depends on is stored, and is called again with the same key after a crash',
  container: 'holds other steps and runs them once per item or turn; a run is inside it by rows, not by a process',
  wait: 'waits, as a row in the database: a waiting run holds no process and no connection',
}

interface JsonSchema {
  type?: string
  title?: string
  description?: string
  default?: unknown
  enum?: unknown[]
  raw?: boolean
  control?: string
  properties?: Record<string, JsonSchema>
  required?: string[]
  items?: JsonSchema
}

const INTRODUCTION = `# Nodes

Every node has a name, a type and a config. Text in a config is a [template](expressions.md) unless the field is an expression or a schema.
\`policy\` holds what goes for every type: \`retry\` (attempts, backoff, factor, jitter), \`timeoutMs\`, \`atMostOnce\`, and \`onError\`: \`fail\` ends the run,
\`continue\` goes on at the port \`out\` and \`branch\` at the port \`error\`, both with the output \`{ error: { code, message, details } }\`.

This page is made from the descriptors in \`lib/nodes\`; after a change run \`npx vitest run lib/nodes/nodes-doc.test.ts -u\`.
`

const NOTES: Partial<Record<NodeTypeId, string>> = {
  http: `Only public addresses can be called. Private ones, link-local and metadata addresses, other schemes than http and https, ports of mail and database servers, and this
installation itself (but for \`/samples/\` and \`/api/samples/\`) are refused, however they are written, behind whatever name, and at every redirect; an operator opens hosts and networks with
\`EGRESS_ALLOW\`. At most five redirects are followed; credentials are not sent to another origin. An answer may have 5 MiB.
A status outside 200–299 fails the node with the code \`http_status\`; 408, 425, 429 and 5xx are worth another attempt, and \`Retry-After\` is heeded.`,
  llm: `\`offline/writer\` is built in: it writes a plain draft out of the facts in the prompt (list items, \`Label: value\` lines, sentences), the same every time, with no key and no network.
Any other model goes to the OpenAI-compatible server at \`LLM_BASE_URL\` with the key \`LLM_API_KEY\`, as \`openai-compatible/<model>\` or by the bare name of the model. Provider, model, tokens, time and cost are kept with every call, also of one whose answer was of no use; a call may have 32 000 tokens in all, and two minutes unless \`timeoutMs\` says otherwise. See [budgets](workflows.md).`,
  approval:
    'Without an edge at `rejected` a rejection cancels the run; without one at `timedOut` the passing of the due time fails it. There is no `timedOut` when it decides or fails by its due time. The whole policy: [approvals.md](approvals.md).',
  merge: 'A path that was not taken is never waited for.',
}

function page(): string {
  const types = Object.values(nodeTypes) as NodeType[]
  return [INTRODUCTION, ...types.map(section)].join('\n')
}

function section(type: NodeType): string {
  const id = type.type as NodeTypeId
  const schema = z.toJSONSchema(type.config, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as JsonSchema
  const fixed = type.ports(type.defaults).map(({ name }) => `\`${name}\``)
  const ports = PORTS[id] ?? (fixed.length > 0 ? fixed.join(', ') : 'none, the path ends here')
  const note = NOTES[id]
  return [
    `## ${type.title} (\`${type.type}\`)`,
    '',
    `${type.description} It ${KINDS[type.kind]}.`,
    '',
    ...fieldTable(schema),
    `**Ports:** ${ports}. **Output:** ${OUTPUTS[id]}.`,
    ...(note ? ['', note.replaceAll('\n', ' ')] : []),
    '',
  ].join('\n')
}

function fieldTable(schema: JsonSchema): string[] {
  const rows = fieldRows(schema, '')
  return rows.length === 0 ? [] : ['| field | | |', '|---|---|---|', ...rows, '']
}

function fieldRows(schema: JsonSchema, prefix: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const isRequired = schema.required?.includes(name) && field.default === undefined
    const kind =
      field.control === 'expression' ? 'expression' : field.enum ? field.enum.join(', ') : (field.type ?? 'any JSON')
    const given =
      field.default === undefined
        ? isRequired
          ? 'required'
          : 'optional'
        : `default \`${JSON.stringify(field.default)}\``
    const about = [field.title, field.description].filter(Boolean).join('. ').replaceAll('|', '\\|')
    const row = `| \`${prefix}${name}\` | ${kind}, ${given} | ${about} |`
    return [row, ...(field.items ? fieldRows(field.items, `${prefix}${name}[].`) : [])]
  })
}

test('docs/nodes.md says what the descriptors say', async () => {
  await expect(page()).toMatchFileSnapshot('../../docs/nodes.md')
})

import {
  type CallToolResult,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type ServerContext,
} from '@modelcontextprotocol/server'
import type { Principal } from '../../auth/principal'
import type { Subscriptions } from '../subscriptions'
import { ASKING_TOOLS } from './fixture-asking-tools'
import { AUDIO, EMBEDDED, IMAGE, text } from './fixture-content'
import { getPrompt, PROMPTS } from './fixture-prompts'
import { RESOURCES, readResource, TEMPLATES, touch, watchOf } from './fixture-resources'
import { promptWithContext, ROUND_TOOLS, requestState } from './fixture-rounds'

type Run = (args: Record<string, unknown>, context: ServerContext) => unknown

/** What the conformance suite calls and looks for, by the names that it knows. */
const TOOLS: Record<string, Run> = {
  test_simple_text: () => says(text('This is a simple text response for testing.')),
  test_image_content: () => says(IMAGE),
  test_audio_content: () => says(AUDIO),
  test_embedded_resource: () => says(EMBEDDED),
  test_multiple_content_types: () =>
    says(text('Multiple content types test:'), IMAGE, {
      type: 'resource',
      resource: {
        uri: 'test://mixed-content-resource',
        mimeType: 'application/json',
        text: '{"test":"data","value":123}',
      },
    }),
  test_tool_with_logging: async (_args, { mcpReq }) => {
    await mcpReq.log('info', 'Tool execution started')
    await mcpReq.log('info', 'Tool processing data')
    await mcpReq.log('info', 'Tool execution completed')
    return says(text('Three messages were logged.'))
  },
  test_logging_tool: async (_args, { mcpReq }) => {
    await mcpReq.log('info', 'Only for those who gave a level')
    return says(text('A message was logged.'))
  },
  test_tool_with_progress: async (_args, { mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken
    if (progressToken === undefined) return says(text('Nobody asked for progress.'))
    for (const progress of [0, 50, 100]) {
      const params = { progressToken, progress, total: 100 }
      await mcpReq.notify({ method: 'notifications/progress', params })
    }
    return says(text('Progress was told three times.'))
  },
  test_error_handling: () => ({
    isError: true,
    ...says(text('This tool intentionally returns an error for testing')),
  }),
  test_touch_watched_resource: () => {
    touch()
    return says(text('Touched.'))
  },
  json_schema_2020_12_tool: (args) => says(text(JSON.stringify(args))),
  ...ASKING_TOOLS,
  ...ROUND_TOOLS,
}

const SCHEMAS: Record<string, object> = {
  json_schema_2020_12_tool: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    $defs: {
      address: {
        $anchor: 'addressDef',
        type: 'object',
        properties: { street: { type: 'string' }, city: { type: 'string' } },
      },
    },
    properties: {
      name: { type: 'string' },
      address: { $ref: '#/$defs/address' },
      contactMethod: { type: 'string', enum: ['phone', 'email'] },
      phone: { type: 'string' },
      email: { type: 'string' },
    },
    allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
    if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
    // biome-ignore lint/suspicious/noThenProperty: JSON Schema calls it so
    then: { required: ['phone'] },
    else: { required: ['email'] },
    additionalProperties: false,
  },
  test_sampling: { type: 'object', properties: { prompt: { type: 'string' } }, required: ['prompt'] },
  test_elicitation: { type: 'object', properties: { message: { type: 'string' } }, required: ['message'] },
}

/** A server with everything that the official conformance suite asks a server for. Stands in tests only. */
export function makeFixtureServer(_principal: Principal, subscriptions?: Subscriptions): Server {
  const resources = subscriptions ? { subscribe: true } : {}
  const server = new Server(
    { name: 'conformance-fixture', version: '1.0.0' },
    { capabilities: { tools: {}, resources, prompts: {}, logging: {}, completions: {} }, requestState },
  )
  server.setRequestHandler('tools/list', () => ({
    tools: Object.keys(TOOLS).map((name) => ({
      name,
      description: `Fixture ${name}`,
      inputSchema: { type: 'object' as const, ...SCHEMAS[name] },
    })),
  }))
  server.setRequestHandler('tools/call', async ({ params }, context) => {
    const run = TOOLS[params.name]
    if (!run) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no tool "${params.name}".`)
    return (await run(params.arguments ?? {}, context)) as CallToolResult // or what it still asks for
  })
  server.setRequestHandler('resources/list', () => ({ resources: RESOURCES }))
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: TEMPLATES }))
  server.setRequestHandler('resources/read', ({ params }) => ({ contents: [readResource(params.uri)] }))
  subscriptions?.serve(server, watchOf)
  server.setRequestHandler('prompts/list', () => ({ prompts: PROMPTS }))
  server.setRequestHandler('prompts/get', ({ params }, context) => {
    if (params.name === 'test_input_required_result_prompt') return promptWithContext(context)
    const contents = getPrompt(params.name, params.arguments ?? {})
    return { messages: contents.map((content) => ({ role: 'user' as const, content })) }
  })
  server.setRequestHandler('completion/complete', ({ params }) => ({
    completion: { values: ['paris', 'park', 'party'].filter((value) => value.startsWith(params.argument.value)) },
  }))
  return server
}

function says(...content: CallToolResult['content']): CallToolResult {
  return { content }
}

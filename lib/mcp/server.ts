import {
  type CallToolResult,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type Tool as WireTool,
} from '@modelcontextprotocol/server'
import packageJson from '../../package.json' with { type: 'json' }
import { actFor } from '../auth/act-for'
import type { Principal } from '../auth/principal'
import { problemOf, refuseTooLarge } from './problem'
import { serveRuns } from './runs-as-resources'
import type { Subscriptions } from './subscriptions'
import type { Tool, ToolCall } from './tool'
import { TOOLS } from './tools/all-tools'
import { publishedTool, publishedTools, slugOf } from './tools/published'

const PAGE_SIZE = 100
const INSTRUCTIONS =
  'Countersign runs workflows durably. Start one with run_workflow, follow it with get_run_events, and answer what it asks with answer_run. A run is also a resource, countersign://runs/{run_id}. Workflows that their authors expose are tools of their own.'

/**
 * A server for one request of one caller: nothing is shared between callers, and nothing outlives the answer but what
 * `subscriptions` keeps, for the clients that have them.
 */
export function makeMcpServer(principal: Principal, subscriptions?: Subscriptions): Server {
  const server = new Server(
    { name: 'countersign', title: 'Countersign', version: packageJson.version },
    { capabilities: { tools: {}, resources: subscriptions ? { subscribe: true } : {} }, instructions: INSTRUCTIONS },
  )
  server.setRequestHandler('tools/list', ({ params }) => actFor(principal, () => listTools(principal, params?.cursor)))
  server.setRequestHandler('tools/call', ({ params }, context) =>
    actFor(principal, () =>
      callTool(params.name, params.arguments, {
        principal,
        signal: context.mcpReq.signal,
        meta: params._meta ?? {},
      }),
    ),
  )
  serveRuns(server, principal, subscriptions)
  return server
}

/** Our own tools first, then the exposed workflows by slug; a page names the last one it told. */
async function listTools(principal: Principal, cursor: string | undefined) {
  const own = cursor === undefined ? TOOLS : []
  const after = cursor === undefined ? '' : cursorSlug(cursor)
  const room = PAGE_SIZE - own.length
  const published = await publishedTools(principal, after, room + 1)
  const page = published.slice(0, room)
  const last = published.length > room ? page.at(-1) : undefined
  return {
    tools: [...own, ...page].map(wireTool),
    ...(last ? { nextCursor: Buffer.from(slugOf(last.name)).toString('base64url') } : {}),
  }
}

function cursorSlug(cursor: string): string {
  const slug = Buffer.from(cursor, 'base64url').toString()
  if (/^[a-z0-9-]{1,100}$/.test(slug)) return slug
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'The cursor is not one that this server gave.')
}

function wireTool({ name, title, description, annotations, inputSchema, outputSchema }: Tool): WireTool {
  return {
    name,
    title,
    description,
    annotations: { title, ...annotations },
    inputSchema: inputSchema as WireTool['inputSchema'], // made from object schemas
    outputSchema: outputSchema as WireTool['outputSchema'],
  }
}

async function callTool(name: string, args: unknown, call: ToolCall): Promise<CallToolResult> {
  const tool = TOOLS.find((each) => each.name === name) ?? (await publishedTool(call.principal, name))
  if (!tool) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no tool "${name.slice(0, 100)}".`)
  try {
    const { structured, text } = await tool.run(args, call)
    const json = JSON.stringify(structured)
    refuseTooLarge(json)
    return { structuredContent: JSON.parse(json), content: [{ type: 'text', text: text ?? json }] }
  } catch (error) {
    return refusal(error, name)
  }
}

/** A refusal that the model can act on: what is wrong, where, and what to do. Faults of ours say nothing of our insides. */
function refusal(error: unknown, tool: string): CallToolResult {
  const document = problemOf(error, tool)
  return { isError: true, content: [{ type: 'text', text: JSON.stringify(document) }] }
}

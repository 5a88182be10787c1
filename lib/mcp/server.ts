import {
  type CallToolResult,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type Tool as WireTool,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import packageJson from '../../package.json' with { type: 'json' }
import { actFor } from '../auth/act-for'
import type { Principal } from '../auth/principal'
import { AppError } from '../errors'
import { log } from '../log'
import type { Tool, ToolCall } from './tool'
import { TOOLS } from './tools/all-tools'
import { publishedTool, publishedTools, slugOf } from './tools/published'

const PAGE_SIZE = 100
/** A larger result goes as a reference: read it over REST. */
const MAX_RESULT_BYTES = 256 * 1024

const INSTRUCTIONS =
  'Countersign runs workflows durably. Start one with run_workflow, follow it with get_run_events, and answer what it asks with answer_run. Workflows that their authors expose are tools of their own.'

/** A server for one request of one caller: nothing is shared between callers, and nothing outlives the answer. */
export function makeMcpServer(principal: Principal): Server {
  const server = new Server(
    { name: 'countersign', title: 'Countersign', version: packageJson.version },
    { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
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
    if (Buffer.byteLength(json) > MAX_RESULT_BYTES) throw tooLarge(Buffer.byteLength(json))
    return { structuredContent: JSON.parse(json), content: [{ type: 'text', text: text ?? json }] }
  } catch (error) {
    return refusal(error, name)
  }
}

function tooLarge(bytes: number): AppError {
  return new AppError(
    'payload_too_large',
    `The result has ${bytes} bytes; a tool answers at most ${MAX_RESULT_BYTES}. Ask for less at a time, or read it over the REST API.`,
  )
}

/** A refusal that the model can act on: what is wrong, where, and what to do. Faults of ours say nothing of our insides. */
function refusal(error: unknown, tool: string): CallToolResult {
  const document = problemOf(error, tool)
  return { isError: true, content: [{ type: 'text', text: JSON.stringify(document) }] }
}

function problemOf(error: unknown, tool: string): Record<string, unknown> {
  if (error instanceof AppError) {
    const { code, status, message, errors, extra } = error
    return { code, status, message, ...(errors.length > 0 ? { errors } : {}), ...extra }
  }
  if (error instanceof z.ZodError) {
    const errors = error.issues.flatMap(fieldProblems)
    const [first] = errors
    return {
      code: 'validation_failed',
      status: 422,
      message: `${first?.path || 'arguments'}: ${first?.message}.`,
      errors,
    }
  }
  log.error({ err: error, tool }, 'a tool failed in a way it should not')
  return { code: 'internal', status: 500, message: 'Something went wrong; the server log has the details.' }
}

function fieldProblems(issue: z.core.$ZodIssue): { path: string; message: string }[] {
  const path = issue.path.map(String).join('.')
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }]
  return issue.keys.map((key) => ({ path: path ? `${path}.${key}` : key, message: 'there is no such argument' }))
}

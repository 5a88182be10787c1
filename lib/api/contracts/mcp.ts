import { z } from 'zod'
import { contract } from './contract'

/** MCP at `/api/mcp`: JSON-RPC over Streamable HTTP, described by the protocol itself. */
export const mcpContract = contract({
  id: 'mcp',
  method: 'POST',
  path: '/mcp',
  root: 'api',
  permission: 'self:read',
  tag: 'MCP',
  summary: 'Model Context Protocol',
  description:
    'Streamable HTTP, stateless. Send an API key as `Authorization: Bearer`. Tools: see `tools/list`. Each tool asks for its own permission.',
  body: z.record(z.string(), z.unknown()),
  response: z.record(z.string(), z.unknown()),
})

/** The stream beside those of calls, for clients of the revisions before 2026-07-28. */
export const mcpStreamContract = contract({
  id: 'followMcp',
  method: 'GET',
  path: '/mcp',
  root: 'api',
  permission: 'self:read',
  tag: 'MCP',
  summary: 'Follow resources',
  description:
    'An event stream of `notifications/resources/updated` for the runs that this client subscribed to with `resources/subscribe`, in the revision of 2025-11-25. Without its `Mcp-Session-Id`, without `Accept: text/event-stream`, or without the right to read runs, it is answered with 405.',
  headers: { 'Mcp-Session-Id': 'As the answer to `initialize` gave it.' },
  response: z.string(),
  contentType: 'text/event-stream',
  errors: ['method_not_allowed'],
})

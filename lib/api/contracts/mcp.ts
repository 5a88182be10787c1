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

import { z } from 'zod'
import { contract } from './contract'

/** Documents at well-known addresses; what they hold is said by RFC 9728 and RFC 8414. */
const document = z.record(z.string(), z.unknown())
const base = { method: 'GET', root: 'site', permission: 'public', tag: 'OAuth', response: document } as const

export const metadataContracts = {
  protectedResource: contract({
    ...base,
    id: 'getProtectedResource',
    path: '/.well-known/oauth-protected-resource',
    summary: 'Who gives tokens for this installation',
  }),
  mcpResource: contract({
    ...base,
    id: 'getMcpResource',
    path: '/.well-known/oauth-protected-resource/api/mcp',
    summary: 'Who gives tokens for MCP',
  }),
  authorizationServer: contract({
    ...base,
    id: 'getAuthorizationServer',
    path: '/.well-known/oauth-authorization-server',
    summary: 'Where tokens are given',
  }),
} as const

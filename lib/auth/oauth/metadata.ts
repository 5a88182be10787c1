import { publicUrl } from '../../env'
import { SCOPES, type Scope } from '../permissions'

/** Scopes that a program may hold for a person. Administration and credentials stay with people and their keys. */
export const OAUTH_SCOPES: readonly Scope[] = SCOPES.filter(
  (scope) => scope !== 'admin' && scope !== 'credentials:write',
)
/** What a program gets that asks for nothing in particular. Deciding approvals has to be asked for by name. */
export const DEFAULT_SCOPES: readonly Scope[] = ['workflows:read', 'workflows:execute', 'runs:read', 'runs:write']

/** Where MCP is, and the audience of tokens that are good only there. */
export function mcpResource(): string {
  return `${publicUrl()}/api/mcp`
}

/** Where tokens are good: the whole installation, or MCP alone. Undefined: a place that is not ours. */
export function resourceOf(requested: string | undefined): string | undefined {
  if (requested === undefined) return mcpResource()
  const wanted = requested.replace(/\/$/, '')
  return [publicUrl(), mcpResource()].find((known) => known === wanted)
}

/** RFC 9728. */
export function protectedResourceMetadata(resource: string): Record<string, unknown> {
  return {
    resource,
    authorization_servers: [publicUrl()],
    scopes_supported: OAUTH_SCOPES,
    bearer_methods_supported: ['header'],
    resource_name: 'Countersign',
    resource_documentation: `${publicUrl()}/docs`,
  }
}

/** RFC 8414. */
export function authorizationServerMetadata(): Record<string, unknown> {
  const issuer = publicUrl()
  return {
    issuer,
    authorization_endpoint: `${issuer}/oauth/authorize`,
    token_endpoint: `${issuer}/api/oauth/token`,
    registration_endpoint: `${issuer}/api/oauth/register`,
    revocation_endpoint: `${issuer}/api/oauth/revoke`,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_methods_supported: ['none'],
    revocation_endpoint_auth_methods_supported: ['none'],
    code_challenge_methods_supported: ['S256'],
    scopes_supported: OAUTH_SCOPES,
    authorization_response_iss_parameter_supported: true,
    client_id_metadata_document_supported: true,
  }
}

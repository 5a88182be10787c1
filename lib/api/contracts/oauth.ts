import { z } from 'zod'
import { jsonValueSchema } from './common'
import { contract } from './contract'

/** OAuth 2.1 for programs that people let act for them. The token endpoints are as RFC 6749, 7009 and 7591 say. */

export const authorizationQuerySchema = z.object({
  response_type: z.literal('code', { error: 'must be "code"' }),
  client_id: z.string().min(1).max(500),
  redirect_uri: z.string().min(1).max(500),
  code_challenge: z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'must be the S256 challenge of PKCE'),
  code_challenge_method: z.literal('S256', { error: 'must be "S256"' }),
  scope: z.string().max(500).optional(),
  state: z.string().max(2_000).optional(),
  resource: z.string().max(500).optional(),
})
export type AuthorizationQuery = z.infer<typeof authorizationQuerySchema>

export const consentSchema = z
  .object({
    client: z.object({
      name: z.string(),
      /** Host of the page that the person is sent back to; null for an app on this machine. */
      redirect_host: z.string(),
      /** Host that vouches for the client by its own description; null for one that merely registered. */
      described_by: z.string().nullable(),
    }),
    team: z.object({ id: z.string(), name: z.string() }),
    scopes: z.array(z.object({ scope: z.string(), allows: z.string() })),
    resource: z.string(),
  })
  .meta({ id: 'Consent' })
export type Consent = z.infer<typeof consentSchema>

export const oauthContracts = {
  getConsent: contract({
    id: 'getConsent',
    method: 'GET',
    path: '/oauth/consent',
    root: 'api',
    permission: 'self:read',
    tag: 'OAuth',
    summary: 'What a program asks of the signed-in person',
    query: authorizationQuerySchema,
    response: consentSchema,
  }),
  decideConsent: contract({
    id: 'decideConsent',
    method: 'POST',
    path: '/oauth/consent',
    root: 'api',
    permission: 'self:read',
    tag: 'OAuth',
    summary: 'Let a program act for you, or not',
    description: 'By people in their browser only. Answers where to send the browser.',
    body: authorizationQuerySchema.extend({ decision: z.enum(['allow', 'deny']) }),
    response: z.object({ redirect_to: z.string() }).meta({ id: 'ConsentDecision' }),
  }),
  registerOAuthClient: contract({
    id: 'registerOAuthClient',
    method: 'POST',
    path: '/oauth/register',
    root: 'api',
    permission: 'public',
    tag: 'OAuth',
    summary: 'Register a program (RFC 7591)',
    description: 'For public clients. A registration that is not used within a day is forgotten.',
    body: jsonValueSchema,
    maxBodyBytes: 16_384,
    response: z
      .object({
        client_id: z.string(),
        client_id_issued_at: z.int(),
        client_name: z.string(),
        redirect_uris: z.array(z.string()),
        grant_types: z.array(z.string()),
        response_types: z.array(z.string()),
        token_endpoint_auth_method: z.string(),
      })
      .meta({ id: 'OAuthClient' }),
    status: 201,
    errors: ['rate_limited'],
  }),
} as const

const form = z.record(z.string(), z.string())
const answer = z.record(z.string(), z.unknown())

/** Answered by hand: forms instead of JSON, and errors as RFC 6749 has them. */
export const oauthRawContracts = {
  exchangeToken: contract({
    id: 'exchangeToken',
    method: 'POST',
    path: '/oauth/token',
    root: 'api',
    permission: 'public',
    tag: 'OAuth',
    summary: 'Exchange a code or refresh token (RFC 6749)',
    description: 'A form: `grant_type`, `client_id`, `code`, `redirect_uri`, `code_verifier`; or `refresh_token`.',
    body: form,
    response: answer,
  }),
  revokeToken: contract({
    id: 'revokeToken',
    method: 'POST',
    path: '/oauth/revoke',
    root: 'api',
    permission: 'public',
    tag: 'OAuth',
    summary: 'End what a token stands for (RFC 7009)',
    description: 'A form: `token`. Ends the whole grant: every token that came of the same consent.',
    body: form,
    response: answer,
  }),
} as const

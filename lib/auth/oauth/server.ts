import OAuth2Server from '@node-oauth/oauth2-server'
import {
  findGrantOfToken,
  findOAuthToken,
  forgetOAuthTokens,
  insertOAuthGrant,
  insertOAuthToken,
  revokeOAuthGrant,
  takeOAuthToken,
} from '../../db/oauth'
import { loadClient } from './clients'
import { hashOAuthSecret, newOAuthSecret } from './tokens'

const CODE_SECONDS = 60
export const ACCESS_TOKEN_SECONDS = 15 * 60
const REFRESH_TOKEN_SECONDS = 30 * 24 * 3_600

/** What travels with a grant: `user` in the words of the library. */
interface Holder extends OAuth2Server.User {
  grantId: string
}

/**
 * The authorization-code grant with PKCE (S256) and rotating refresh tokens, for public clients. The library knows the
 * protocol; this knows where things are kept. A code or refresh token that is used a second time ends its whole grant:
 * somebody else has it.
 */
const model: OAuth2Server.AuthorizationCodeModel & OAuth2Server.RefreshTokenModel = {
  async getClient(clientId) {
    const client = await loadClient(clientId)
    if (!client) return undefined
    return { id: client.clientId, redirectUris: client.redirectUris, grants: ['authorization_code', 'refresh_token'] }
  },
  validateRedirectUri: async (uri, client) => matchesRedirect(uri, [client.redirectUris ?? []].flat()),
  validateScope: async (_user, _client, scope) => scope ?? [],

  generateAuthorizationCode: async () => newOAuthSecret('code'),
  async saveAuthorizationCode(code, client, user) {
    const { codeChallenge, codeChallengeMethod, redirectUri, expiresAt } = code
    await insertOAuthToken({
      hash: hashOAuthSecret(code.authorizationCode),
      grantId: (user as Holder).grantId,
      kind: 'code',
      expiresAt,
      data: { codeChallenge, codeChallengeMethod, redirectUri },
    })
    return { ...code, client, user }
  },
  async getAuthorizationCode(authorizationCode) {
    const found = await standing(authorizationCode, 'code')
    if (!found) return undefined
    const data = found.data as { codeChallenge: string; codeChallengeMethod: string; redirectUri: string } // as saved
    return { authorizationCode, ...data, ...wire(found) }
  },
  revokeAuthorizationCode: (code) => takeOAuthToken(hashOAuthSecret(code.authorizationCode)),

  generateAccessToken: async () => newOAuthSecret('access'),
  generateRefreshToken: async () => newOAuthSecret('refresh'),
  async saveToken(token, client, user) {
    const { grantId } = user as Holder
    const { accessToken, refreshToken } = token
    const accessTokenExpiresAt = new Date(Date.now() + ACCESS_TOKEN_SECONDS * 1_000)
    await insertOAuthToken({
      hash: hashOAuthSecret(accessToken),
      grantId,
      kind: 'access',
      expiresAt: accessTokenExpiresAt,
    })
    if (refreshToken) {
      const expiresAt = new Date(Date.now() + REFRESH_TOKEN_SECONDS * 1_000)
      await insertOAuthToken({ hash: hashOAuthSecret(refreshToken), grantId, kind: 'refresh', expiresAt })
    }
    await forgetOAuthTokens()
    return { ...token, accessTokenExpiresAt, client, user }
  },
  getAccessToken: async () => undefined, // tokens are checked by `authenticate`, with whoever they speak for
  async getRefreshToken(refreshToken) {
    const found = await standing(refreshToken, 'refresh')
    return found ? { refreshToken, refreshTokenExpiresAt: found.expiresAt, ...wire(found) } : undefined
  },
  revokeToken: (token) => takeOAuthToken(hashOAuthSecret(token.refreshToken)),
}

/** The library compares exactly; on this machine the port of a program may differ from the registered one (RFC 8252, 7.3). */
export function matchesRedirect(uri: string, registered: readonly string[]): boolean {
  if (registered.includes(uri)) return true
  if (!URL.canParse(uri)) return false
  const asked = new URL(uri)
  if (asked.protocol !== 'http:' || !['127.0.0.1', '[::1]', 'localhost'].includes(asked.hostname)) return false
  return registered.some((text) => {
    const known = new URL(text)
    known.port = asked.port
    return known.href === asked.href
  })
}

async function standing(secret: string, kind: 'code' | 'refresh') {
  const found = await findOAuthToken(hashOAuthSecret(secret), kind)
  if (found?.usedAt) await revokeOAuthGrant(found.grantId, 'used_twice')
  return found && !found.usedAt ? found : undefined
}

function wire(found: { grantId: string; clientId: string; userId: string; scopes: string[]; expiresAt: Date }) {
  const user: Holder = { id: found.userId, grantId: found.grantId }
  const client = { id: found.clientId, grants: ['authorization_code', 'refresh_token'] }
  return { expiresAt: found.expiresAt, scope: found.scopes, client, user }
}

const server = new OAuth2Server({
  model,
  authorizationCodeLifetime: CODE_SECONDS,
  accessTokenLifetime: ACCESS_TOKEN_SECONDS,
  refreshTokenLifetime: REFRESH_TOKEN_SECONDS,
  alwaysIssueNewRefreshToken: true,
  requireClientAuthentication: { authorization_code: false, refresh_token: false },
})

/** Makes the code that a person's consent is worth. */
export async function issueCode(
  consent: {
    clientId: string
    clientName: string
    redirectUri: string
    codeChallenge: string
    userId: string
    teamId: string
    scopes: readonly string[]
    resource: string
  },
  by: { requestId: string | null; ip: string | null },
): Promise<string> {
  const grantId = await insertOAuthGrant(consent, by)
  const holder: Holder = { id: consent.userId, grantId }
  const request = new OAuth2Server.Request({
    method: 'GET',
    headers: {},
    query: {
      response_type: 'code',
      client_id: consent.clientId,
      redirect_uri: consent.redirectUri,
      code_challenge: consent.codeChallenge,
      code_challenge_method: 'S256',
      scope: consent.scopes.join(' '),
      state: 'given back by the caller',
    },
  })
  const code = await server.authorize(request, new OAuth2Server.Response(), {
    authenticateHandler: { handle: () => holder },
  })
  return code.authorizationCode
}

/** RFC 6749, 5.1 and 5.2: the answer of the token endpoint. */
export interface TokenAnswer {
  status: number
  body: Record<string, unknown>
}

/** Exchanges a code or a refresh token. Never throws for what the client did wrong. */
export async function exchangeToken(form: Record<string, string>): Promise<TokenAnswer> {
  const request = new OAuth2Server.Request({
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': '1' },
    query: {},
    body: form,
  })
  const response = new OAuth2Server.Response()
  try {
    await server.token(request, response)
    return { status: 200, body: response.body as Record<string, unknown> } // what the library writes
  } catch (error) {
    if (!(error instanceof OAuth2Server.OAuthError) || error instanceof OAuth2Server.ServerError) throw error
    return { status: error.code, body: { error: error.name, error_description: error.message } }
  }
}

/** RFC 7009: ends the grant of a token, whichever of its tokens it is. An unknown token is fine. */
export async function revokeByToken(secret: string): Promise<void> {
  const grantId = await findGrantOfToken(hashOAuthSecret(secret))
  if (grantId) await revokeOAuthGrant(grantId, 'given_back')
}

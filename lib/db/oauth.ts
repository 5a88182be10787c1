import type { Role, Scope } from '../auth/permissions'
import { type Id, newId } from '../ids'
import { recordAudit } from './audit'
import { pool } from './client'
import { inTransaction } from './transaction'

export interface OAuthClientRow {
  clientId: string
  name: string
  redirectUris: string[]
}

/** Registers a client. Unclaimed ones older than a day are forgotten on the way, so that registering cannot fill the disk. */
export async function insertOAuthClient(client: OAuthClientRow): Promise<void> {
  await pool().query(`DELETE FROM oauth_clients WHERE claimed_at IS NULL AND created_at < now() - interval '24 hours'`)
  await pool().query(`INSERT INTO oauth_clients (id, client_id, name, redirect_uris) VALUES ($1, $2, $3, $4)`, [
    newId(),
    client.clientId,
    client.name,
    client.redirectUris,
  ])
}

/** A registered client; undefined when it is unknown or was never claimed within its day. */
export async function findOAuthClient(clientId: string): Promise<OAuthClientRow | undefined> {
  const { rows } = await pool().query<OAuthClientRow>({
    name: 'oauth_client',
    text: `SELECT client_id AS "clientId", name, redirect_uris AS "redirectUris" FROM oauth_clients
           WHERE client_id = $1 AND (claimed_at IS NOT NULL OR created_at > now() - interval '24 hours')`,
    values: [clientId],
  })
  return rows[0]
}

/** Registrations that nobody has claimed yet. */
export async function countUnclaimedClients(): Promise<number> {
  const { rows } = await pool().query<{ n: number }>(
    `SELECT count(*)::int AS n FROM oauth_clients WHERE claimed_at IS NULL AND created_at > now() - interval '24 hours'`,
  )
  return rows[0]?.n ?? 0
}

/** Records what a person allowed, and keeps the client that it was allowed to. */
export async function insertOAuthGrant(
  grant: {
    clientId: string
    clientName: string
    userId: Id
    teamId: Id
    scopes: readonly string[]
    resource: string
  },
  by?: { requestId: string | null; ip: string | null },
): Promise<Id> {
  const id = newId()
  const { clientId, clientName, userId, teamId, scopes, resource } = grant
  await inTransaction(async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `WITH claimed AS (UPDATE oauth_clients SET claimed_at = coalesce(claimed_at, now()) WHERE client_id = $2),
       made AS (
         INSERT INTO oauth_grants (id, client_id, client_name, user_id, team_id, scopes, resource) VALUES ($1, $2, $3, $4, $5, $6, $7)
       )
       SELECT name FROM users WHERE id = $4`,
      [id, clientId, clientName, userId, teamId, scopes, resource],
    )
    await recordAudit(client, {
      teamId,
      actor: { kind: 'user', id: userId, name: rows[0]?.name ?? '' },
      ...(by ?? { requestId: null, ip: null }),
      action: 'grant.created',
      target: { type: 'grant', id, name: clientName },
      details: { client_id: clientId, scopes, resource },
    })
  })
  return id
}

export type OAuthTokenKind = 'code' | 'access' | 'refresh'

export async function insertOAuthToken(token: {
  hash: Uint8Array
  grantId: Id
  kind: OAuthTokenKind
  expiresAt: Date
  data?: unknown
}): Promise<void> {
  await pool().query({
    name: 'insert_oauth_token',
    text: `INSERT INTO oauth_tokens (hash, grant_id, kind, expires_at, data) VALUES ($1, $2, $3, $4, $5)`,
    values: [
      token.hash,
      token.grantId,
      token.kind,
      token.expiresAt,
      token.data === undefined ? null : JSON.stringify(token.data),
    ],
  })
}

export interface OAuthTokenRow {
  grantId: Id
  clientId: string
  userId: Id
  scopes: Scope[]
  resource: string
  data: unknown
  expiresAt: Date
  usedAt: Date | null
}

const TOKEN = `SELECT t.grant_id AS "grantId", g.client_id AS "clientId", g.user_id AS "userId", g.scopes, g.resource, t.data,
  t.expires_at AS "expiresAt", t.used_at AS "usedAt"
  FROM oauth_tokens t JOIN oauth_grants g ON g.id = t.grant_id WHERE g.revoked_at IS NULL`

/** A code or refresh token of a grant that stands, used or not. */
export async function findOAuthToken(hash: Uint8Array, kind: OAuthTokenKind): Promise<OAuthTokenRow | undefined> {
  const { rows } = await pool().query<OAuthTokenRow>({
    name: 'find_oauth_token',
    text: `${TOKEN} AND t.hash = $1 AND t.kind = $2`,
    values: [hash, kind],
  })
  return rows[0]
}

/** Uses a code or refresh token. False: it was used before, has expired, or its grant has ended. */
export async function takeOAuthToken(hash: Uint8Array): Promise<boolean> {
  const result = await pool().query({
    name: 'take_oauth_token',
    text: `UPDATE oauth_tokens t SET used_at = now() FROM oauth_grants g
           WHERE t.hash = $1 AND g.id = t.grant_id AND g.revoked_at IS NULL AND t.used_at IS NULL AND t.expires_at > now()`,
    values: [hash],
  })
  return result.rowCount === 1
}

/** Ends a grant and every token of it, because the program gave it back or a secret of it was used twice. Idempotent. */
export async function revokeOAuthGrant(grantId: Id, reason: 'given_back' | 'used_twice'): Promise<void> {
  await inTransaction(async (client) => {
    const { rows } = await client.query<{ teamId: Id; clientName: string; userId: Id }>(
      `UPDATE oauth_grants SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL
       RETURNING team_id AS "teamId", client_name AS "clientName", user_id AS "userId"`,
      [grantId],
    )
    const ended = rows[0]
    if (ended === undefined) return
    await recordAudit(client, {
      teamId: ended.teamId,
      actor: { kind: 'oauth', id: grantId, name: ended.clientName },
      requestId: null,
      ip: null,
      action: 'grant.revoked',
      target: { type: 'grant', id: grantId, name: ended.clientName },
      details: { user_id: ended.userId, reason },
    })
  })
}

/** The grant of any token, whatever its state. */
export async function findGrantOfToken(hash: Uint8Array): Promise<Id | undefined> {
  const { rows } = await pool().query<{ id: Id }>('SELECT grant_id AS id FROM oauth_tokens WHERE hash = $1', [hash])
  return rows[0]?.id
}

/** Tokens past their time by a day; used ones are kept that long so that a second use is noticed. */
export async function forgetOAuthTokens(): Promise<void> {
  await pool().query(`DELETE FROM oauth_tokens WHERE expires_at < now() - interval '1 day'`)
}

/** Who an access token speaks for, as it is now. */
export interface TokenIdentityRow {
  grantId: Id
  clientName: string
  scopes: Scope[]
  resource: string
  expiresAt: Date
  userId: Id
  userName: string
  userEmail: string
  userDisabledAt: Date | null
  role: Role | null
  teamId: Id
  teamName: string
  teamSlug: string
}

const IDENTITY = `SELECT g.id AS "grantId", g.client_name AS "clientName", g.scopes, g.resource, t.expires_at AS "expiresAt",
  u.id AS "userId", u.name AS "userName", u.email AS "userEmail", u.disabled_at AS "userDisabledAt", m.role,
  e.id AS "teamId", e.name AS "teamName", e.slug AS "teamSlug"
  FROM oauth_tokens t JOIN oauth_grants g ON g.id = t.grant_id JOIN users u ON u.id = g.user_id JOIN teams e ON e.id = g.team_id
  LEFT JOIN memberships m ON m.user_id = u.id AND m.team_id = e.id
  WHERE t.kind = 'access' AND t.expires_at > now() AND g.revoked_at IS NULL`

export async function findTokenIdentity(hash: Uint8Array): Promise<TokenIdentityRow | null> {
  const { rows } = await pool().query<TokenIdentityRow>({
    name: 'token_identity',
    text: `${IDENTITY} AND t.hash = $1`,
    values: [hash],
  })
  return rows[0] ?? null
}

/** The same by the grant, for streams that are open: any access token of it that still stands. */
export async function findGrantIdentity(grantId: Id): Promise<TokenIdentityRow | null> {
  const { rows } = await pool().query<TokenIdentityRow>({
    name: 'grant_identity',
    text: `${IDENTITY} AND g.id = $1 ORDER BY t.expires_at DESC LIMIT 1`,
    values: [grantId],
  })
  return rows[0] ?? null
}

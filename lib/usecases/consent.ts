import type { AuthorizationQuery, Consent } from '../api/contracts/oauth'
import { loadClient } from '../auth/oauth/clients'
import { DEFAULT_SCOPES, OAUTH_SCOPES, resourceOf } from '../auth/oauth/metadata'
import { issueCode, matchesRedirect } from '../auth/oauth/server'
import type { Scope } from '../auth/permissions'
import type { Principal } from '../auth/principal'
import { auditBy } from '../db/audit'
import { publicUrl } from '../env'
import { AppError } from '../errors'

/** What each scope lets a program do, in words for the person who is asked. */
const ALLOWS: Record<Scope, string> = {
  'workflows:read': 'See your workflows',
  'workflows:write': 'Create and change workflows',
  'workflows:publish': 'Publish workflows',
  'workflows:execute': 'Run workflows',
  'runs:read': 'See runs and their results',
  'runs:write': 'Answer and stop runs',
  'approvals:decide': 'Approve and reject in your name',
  'credentials:write': 'Change credentials',
  admin: 'Administer the team',
}

interface Asked {
  clientId: string
  clientName: string
  scopes: Scope[]
  resource: string
}

/**
 * What a program asks of the person who looks at the consent page. Throws `invalid_request` for a request that must not lead
 * back to where it says: an unknown client, or an address that the client did not register.
 */
export async function getConsent(of: { principal: Principal; query: AuthorizationQuery }): Promise<Consent> {
  requirePerson(of.principal)
  const { clientId, clientName, scopes, resource } = await check(of.query)
  const { id, name } = of.principal.team
  return {
    client: {
      name: clientName,
      redirect_host: new URL(of.query.redirect_uri).host || new URL(of.query.redirect_uri).protocol,
      described_by: clientId.startsWith('https://') ? new URL(clientId).host : null,
    },
    team: { id, name },
    scopes: scopes.map((scope) => ({ scope, allows: ALLOWS[scope] })),
    resource,
  }
}

/** Makes the code that the consent is worth, or tells the program that there is none. Answers where the browser goes. */
export async function decideConsent(of: {
  principal: Principal
  query: AuthorizationQuery
  decision: 'allow' | 'deny'
}): Promise<{ redirect_to: string }> {
  const { principal, query, decision } = of
  requirePerson(principal)
  const asked = await check(query)
  const back = new URL(query.redirect_uri)
  if (query.state !== undefined) back.searchParams.set('state', query.state)
  back.searchParams.set('iss', publicUrl())
  if (decision === 'deny') {
    back.searchParams.set('error', 'access_denied')
    return { redirect_to: back.href }
  }
  const { redirect_uri: redirectUri, code_challenge: codeChallenge } = query
  const { userId, team } = principal
  const { requestId, ip } = auditBy(principal)
  const code = await issueCode({ ...asked, redirectUri, codeChallenge, userId, teamId: team.id }, { requestId, ip })
  back.searchParams.set('code', code)
  return { redirect_to: back.href }
}

/** A key or another program cannot consent in the name of a person. */
function requirePerson(principal: Principal): void {
  if (principal.kind === 'user') return
  throw new AppError('forbidden', 'Only a signed-in person can let a program act for them.')
}

async function check(query: AuthorizationQuery): Promise<Asked> {
  const client = await loadClient(query.client_id)
  if (!client) throw invalid('client_id', 'There is no such program here; it has to register again.')
  if (!matchesRedirect(query.redirect_uri, client.redirectUris)) {
    throw invalid('redirect_uri', 'This is not an address that the program registered.')
  }
  const resource = resourceOf(query.resource)
  if (resource === undefined) throw invalid('resource', 'This is not an address of this installation.')
  const wanted = query.scope?.split(' ').filter((scope) => scope !== '') ?? []
  const unknown = wanted.find((scope) => !(OAUTH_SCOPES as readonly string[]).includes(scope))
  if (unknown !== undefined) throw invalid('scope', `The scope "${unknown.slice(0, 60)}" cannot be given to a program.`)
  const scopes = wanted.length === 0 ? [...DEFAULT_SCOPES] : OAUTH_SCOPES.filter((scope) => wanted.includes(scope))
  return { clientId: client.clientId, clientName: client.name, scopes, resource }
}

function invalid(field: string, message: string): AppError {
  return new AppError('invalid_request', message, { errors: [{ path: field, message: 'not accepted' }] })
}

import { env } from '../env'
import { AppError } from '../errors'
import { type Action, PERMISSIONS, refusal } from './permissions'
import type { Principal } from './principal'
import { crossSiteReason } from './same-origin'

/**
 * Lets the caller pass or throws: `insufficient_scope` (403) names the scope that the key lacks, `forbidden` (403) names
 * the role and those that may.
 */
export function requirePermission(principal: Principal, action: Action): void {
  const refused = refusal(action, principal)
  if (refused === null) return
  if (refused.by === 'scope') {
    throw new AppError('insufficient_scope', `This key lacks the scope ${refused.scope}; create a key that has it.`, {
      extra: { scope: refused.scope },
    })
  }
  const roles = PERMISSIONS[action].roles.join(', ')
  throw new AppError(
    'forbidden',
    `The role ${principal.role} in ${principal.team.name} does not allow this; it takes one of: ${roles}.`,
    { extra: { role: principal.role } },
  )
}

/**
 * Lets a changing request that rides on a cookie pass only when our own pages sent it; throws `cross_site` (403) otherwise.
 * GET, HEAD and OPTIONS change nothing here and pass. `allowUnknown` lets a client that names no origin pass, for a door
 * with a proof of its own (the CSRF token of sign-in); browsers always name theirs.
 */
export function requireSameOrigin(
  request: Pick<Request, 'headers' | 'method'>,
  options: { allowUnknown?: boolean } = {},
): void {
  if (request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS') return
  const reason = crossSiteReason({
    origin: request.headers.get('origin'),
    fetchSite: request.headers.get('sec-fetch-site'),
    host: request.headers.get('host'),
    publicUrl: env().PUBLIC_URL ?? null,
    allowUnknown: options.allowUnknown ?? false,
  })
  if (reason !== null) throw new AppError('cross_site', reason)
}

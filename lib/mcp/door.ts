import { type Answer, problemAnswer } from '../api/server/answer'
import { problemOf } from '../api/server/problem'
import { requestIdOf } from '../api/server/request-headers'
import { type AnyContract, type Route, routeOf } from '../api/server/route'
import { authenticate } from '../auth/authenticate'
import { knownAddress } from '../auth/client-address'
import { mcpResource } from '../auth/oauth/metadata'
import type { Principal } from '../auth/principal'
import { countCall } from '../auth/rate-limit'
import { publicUrl } from '../env'
import { AppError } from '../errors'

/**
 * A route of MCP. Who calls is told by a header and never by a cookie, and a browser of another origin is refused before
 * anything is read.
 */
export function mcpDoor(
  contract: AnyContract,
  work: (request: Request, principal: Principal, requestId: string) => Promise<Answer>,
): Route {
  const respond: Route['respond'] = async (request, _params, peer) => {
    const requestId = requestIdOf(request)
    try {
      refuseForeignOrigin(request)
      const cameBy = { id: requestId, address: knownAddress(request.headers, peer) }
      const principal = { ...(await callerOf(request)), request: cameBy }
      await countCall(principal)
      return await work(request, principal, requestId)
    } catch (error) {
      const problem = problemOf(error, requestId)
      const challenge: Record<string, string> = problem.status === 401 ? { 'WWW-Authenticate': challengeOf() } : {}
      return problemAnswer({ ...problem, headers: { ...problem.headers, ...challenge } }, requestId)
    }
  }
  return routeOf(contract, respond)
}

/** The cookie of a browser is never what an agent calls with. */
function callerOf(request: Request): Promise<Principal> {
  const headers = new Headers(request.headers)
  headers.delete('cookie')
  return authenticate({ headers, method: request.method }, { audience: mcpResource() })
}

/**
 * Programs send no Origin; a page may call only from the origin of this installation. A name in Host that is neither the
 * public one nor this machine's may be one that somebody else's DNS points here, and then the page is theirs.
 */
function refuseForeignOrigin(request: Request): void {
  const origin = request.headers.get('origin')
  if (origin === null) return
  const host = request.headers.get('host') ?? ''
  const isOwn =
    origin === new URL(publicUrl()).origin ||
    (isOutOfReachOfDns(host) && (origin === `http://${host}` || origin === `https://${host}`))
  if (!isOwn) throw new AppError('cross_site', 'Pages of another origin may not call this server.')
}

/** `localhost` and addresses, with or without a port: no DNS answers for them. */
function isOutOfReachOfDns(host: string): boolean {
  return /^(localhost|[\d.]+|\[[\da-f:.]+\])(:\d+)?$/i.test(host)
}

function challengeOf(): string {
  return `Bearer resource_metadata="${publicUrl()}/.well-known/oauth-protected-resource/api/mcp"`
}

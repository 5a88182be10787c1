import { AppError } from '../../errors'
import { type Answer, problemAnswer } from './answer'
import { problemOf } from './problem'
import { requestIdOf } from './request-headers'
import type { Match } from './router'

/** Answers a request that was matched, or not, against the routes: 404, 405 with `Allow`, or what the route says. */
export async function dispatch(request: Request, match: Match | undefined, peer?: string): Promise<Answer> {
  if (match?.route !== undefined) return match.route.respond(request, match.params, peer)
  if (match === undefined) {
    return refusalAnswer(request, new AppError('not_found', 'There is nothing at this path. See /api/openapi.json.'))
  }
  const allow = match.allowed.join(', ')
  const error = new AppError('method_not_allowed', `${request.method} is not allowed here. Allowed: ${allow}.`)
  return refusalAnswer(request, error, { Allow: allow })
}

/** A refusal that comes before any route. */
export function refusalAnswer(request: Request, error: AppError, headers: Record<string, string> = {}): Answer {
  const requestId = requestIdOf(request)
  const problem = problemOf(error, requestId)
  return problemAnswer({ ...problem, headers: { ...problem.headers, ...headers } }, requestId)
}

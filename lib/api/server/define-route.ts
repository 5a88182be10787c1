import { actFor, isOwnAffair } from '../../auth/act-for'
import { authenticate } from '../../auth/authenticate'
import { requirePermission } from '../../auth/authorize'
import { knownAddress } from '../../auth/client-address'
import { countCall, type RateBudget } from '../../auth/rate-limit'
import type { Id } from '../../ids'
import { type Answer, problemAnswer, Reply, successAnswer } from './answer'
import { answerOnce, idempotencyKeyOf } from './answer-once'
import { parseCall } from './parse-call'
import { problemOf } from './problem'
import { requestIdOf } from './request-headers'
import {
  type AnyContract,
  type Call,
  type HandlerResult,
  type Incoming,
  type PublicCall,
  type Route,
  routeOf,
} from './route'

/**
 * The only HTTP recipe: request id, authenticate (which holds cookies to our own origin), permission, rate limit, body
 * limits, parse, use case, present, one error projection. A route says only its contract and what to do with a parsed call.
 */
export function defineRoute<C extends AnyContract>(
  contract: C,
  handler: (call: Call<C>) => Promise<HandlerResult<C>>,
  options: RouteOptions = {},
): Route {
  const { permission } = contract
  if (permission === 'public') throw new Error(`${contract.id} is public: use definePublicRoute`)
  return makeRoute(contract, async (incoming) => {
    const { request, requestId } = incoming
    const cameBy = { id: requestId, address: knownAddress(request.headers, incoming.peer) }
    const principal = Object.assign({ request: cameBy }, await authenticate(request))
    requirePermission(principal, permission)
    const rate = rateHeaders(await countCall(principal))
    try {
      const { call, bytes } = await parseCall(contract, incoming, options.checkBody)
      const answer = async (onceId?: Id) =>
        present(contract, await handler(Object.assign(call, { principal, onceId })), requestId)
      const key = contract.idempotent ? idempotencyKeyOf(request) : null
      const serve = () =>
        key === null
          ? answer()
          : answerOnce({ principal, key, bytes, requestId, operation: operationOf(contract, incoming) }, answer)
      const answered = await (isOwnAffair(permission) ? serve() : actFor(principal, serve))
      Object.assign(answered.headers, rate)
      return answered
    } catch (error) {
      return failure(error, requestId, rate)
    }
  })
}

export interface RouteOptions {
  /** Looks at the body before the contract's schema does, to refuse it in words of its own. */
  checkBody?: (body: unknown, rawParams: Readonly<Record<string, string>>) => void
}

/** A route that anybody may call: no principal, no permission; only the limits of the body and what its handler checks. */
export function definePublicRoute<C extends AnyContract>(
  contract: C,
  handler: (call: PublicCall<C> & { peer: string | undefined }) => Promise<HandlerResult<C>>,
): Route {
  if (contract.permission !== 'public') throw new Error(`${contract.id} needs ${contract.permission}: use defineRoute`)
  return makeRoute(contract, async (incoming) => {
    const { call } = await parseCall(contract, incoming)
    return present(contract, await handler({ ...call, peer: incoming.peer }), incoming.requestId)
  })
}

function makeRoute(contract: AnyContract, respondTo: (incoming: Incoming) => Promise<Answer>): Route {
  const respond: Route['respond'] = async (request, params, peer) => {
    const requestId = requestIdOf(request)
    try {
      return await respondTo({ request, params, requestId, peer })
    } catch (error) {
      return failure(error, requestId)
    }
  }
  return routeOf(contract, respond)
}

function present(contract: AnyContract, result: unknown, requestId: string): Answer {
  if (process.env.NODE_ENV === 'test') checkAnswer(contract, result)
  return successAnswer(result, contract.status ?? 200, requestId)
}

/** In tests an answer that breaks its own contract is a failure; in production nobody pays for the check. */
function checkAnswer(contract: AnyContract, result: unknown): void {
  if (!(result instanceof Reply)) {
    contract.response.parse(result)
    return
  }
  const { also } = contract
  if (result.raw !== undefined || result.status === 204) return
  if (also !== undefined && result.status === also.status) also.response.parse(result.json)
  else contract.response.parse(result.json)
}

function failure(error: unknown, requestId: string, headers: Record<string, string> = {}): Answer {
  const problem = problemOf(error, requestId)
  return problemAnswer({ ...problem, headers: { ...headers, ...problem.headers } }, requestId)
}

function rateHeaders({ limit, remaining, resetSeconds }: RateBudget): Record<string, string> {
  return {
    'RateLimit-Limit': String(limit),
    'RateLimit-Remaining': String(remaining),
    'RateLimit-Reset': String(resetSeconds),
  }
}

/** What an idempotency key belongs to: the same key under another path or query is another request. */
function operationOf(contract: AnyContract, incoming: Incoming): string {
  const { request, params } = incoming
  const mark = request.url.indexOf('?')
  const query = mark < 0 ? '' : request.url.slice(mark)
  return `${contract.id} ${Object.values(params).join(' ')}${query}`.slice(0, 1_000)
}

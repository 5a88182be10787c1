import { type Answer, problemAnswer } from './answer'
import { problemOf } from './problem'
import { requestIdOf } from './request-headers'
import { type AnyContract, type Route, routeOf } from './route'

/**
 * A public route whose request or answer is said by a standard of its own, not by a contract: forms, well-known documents.
 * Errors are problem documents unless `work` answers them itself.
 */
export function rawRoute(
  contract: AnyContract,
  work: (request: Request) => Promise<{ status: number; json: unknown }>,
): Route {
  if (contract.permission !== 'public') throw new Error(`${contract.id} needs ${contract.permission}: use defineRoute`)
  const respond = async (request: Request): Promise<Answer> => {
    const requestId = requestIdOf(request)
    try {
      const { status, json } = await work(request)
      const headers = {
        'Cache-Control': 'no-store',
        'Content-Type': 'application/json; charset=utf-8',
        'X-Content-Type-Options': 'nosniff',
        'X-Request-ID': requestId,
        // Programs in a browser ask for tokens and documents too; no cookie is ever looked at here.
        'Access-Control-Allow-Origin': '*',
      }
      return { status, headers, body: JSON.stringify(json) }
    } catch (error) {
      return problemAnswer(problemOf(error, requestId), requestId)
    }
  }
  return routeOf(contract, respond)
}

import type { Method } from '../contracts/contract'
import { toResponse } from './answer'
import { dispatch } from './dispatch'
import { Router } from './router'
import { routes } from './routes'

type NextHandler = (
  request: Request,
  context: { params: Promise<Record<string, string | string[]>> },
) => Promise<Response>

const router = new Router(routes)

/** Methods that Next asks a route file for. `HEAD` follows `GET` and `OPTIONS` is answered by Next itself. */
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const satisfies Method[]

/**
 * The exports of one of Next's route files: the same route objects that the front door serves. The path is read from the
 * request as it was sent and matched by the same router, so the two mounts cannot differ; methods the path does not know
 * answer 405. `path` is checked when the file is loaded: a file that mounts a path without routes is a mistake.
 */
export function mount(path: `/api/${string}`): Record<(typeof METHODS)[number], NextHandler> {
  if (!routes.some((route) => route.paths.includes(path))) throw new Error(`no route answers ${path}`)
  const handler: NextHandler = async (request) => {
    const { pathname } = new URL(request.url)
    const answer = await dispatch(request, router.match(request.method, pathname))
    return toResponse(answer)
  }
  return Object.fromEntries(METHODS.map((method) => [method, handler])) as Record<Method, NextHandler> // one entry for each
}

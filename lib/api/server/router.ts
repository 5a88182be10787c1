import type { Method } from '../contracts/contract'
import type { Route } from './route'

export interface Match {
  /** Absent when the path is known but not with this method. */
  route: Route | undefined
  params: Record<string, string>
  /** Methods the path knows, for `Allow`. */
  allowed: readonly string[]
}

interface Branch {
  fixed: Map<string, Branch>
  /** The one parameter child: two routes that differ only in a parameter's name cannot be told apart and are refused. */
  parameter: { name: string; branch: Branch } | undefined
  routes: Map<Method, Route>
  /** Its methods, as `Allow` says them. */
  allowed: string[]
}

/**
 * Matches a raw path (no query) segment by segment. Fixed segments are compared as they were sent, never decoded, folded
 * or collapsed, so no other spelling of a path can reach a route.
 */
export class Router {
  readonly #root: Branch = newBranch()

  constructor(routes: readonly Route[]) {
    for (const route of routes) for (const path of route.paths) this.#add(route, path)
  }

  #add(route: Route, path: string): void {
    let branch = this.#root
    for (const segment of path.slice(1).split('/')) branch = childOf(branch, segment, path)
    if (branch.routes.has(route.method)) throw new Error(`two routes answer ${route.method} ${path}`)
    branch.routes.set(route.method, route)
    branch.allowed.push(...(route.method === 'GET' ? ['GET', 'HEAD'] : [route.method]))
  }

  /** Undefined when no route has this path. `HEAD` is answered by the `GET` route. */
  match(method: string, path: string): Match | undefined {
    const params: Record<string, string> = {}
    let branch = this.#root
    for (const segment of path.slice(1).split('/')) {
      const fixed = branch.fixed.get(segment)
      if (fixed !== undefined) {
        branch = fixed
        continue
      }
      if (branch.parameter === undefined || segment === '') return undefined
      const value = decoded(segment)
      if (value === undefined) return undefined
      params[branch.parameter.name] = value
      branch = branch.parameter.branch
    }
    if (branch.routes.size === 0) return undefined
    const wanted = (method === 'HEAD' ? 'GET' : method) as Method // a method that no route has simply finds none
    return { route: branch.routes.get(wanted), params, allowed: branch.allowed }
  }
}

function newBranch(): Branch {
  return { fixed: new Map(), parameter: undefined, routes: new Map(), allowed: [] }
}

function childOf(branch: Branch, segment: string, path: string): Branch {
  const name = /^\{(\w+)\}$/.exec(segment)?.[1]
  if (name === undefined) {
    let child = branch.fixed.get(segment)
    if (child === undefined) {
      child = newBranch()
      branch.fixed.set(segment, child)
    }
    return child
  }
  branch.parameter ??= { name, branch: newBranch() }
  if (branch.parameter.name !== name)
    throw new Error(`${path}: {${name}} is {${branch.parameter.name}} in another route`)
  return branch.parameter.branch
}

function decoded(segment: string): string | undefined {
  if (!segment.includes('%')) return segment
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined // a broken escape is no path of ours
  }
}

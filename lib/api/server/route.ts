import type { z } from 'zod'
import type { Principal } from '../../auth/principal'
import type { Id } from '../../ids'
import type { Contract, Method } from '../contracts/contract'
import { type Answer, type Reply, toResponse } from './answer'

/** One operation that can be reached over HTTP. Both mounts (the front door and Next's route files) hold the same objects. */
export interface Route {
  id: string
  method: Method
  /** Every path it answers at, with `{name}` for parameters: `/v1/runs/{run_id}` and `/api/v1/runs/{run_id}`. */
  paths: readonly string[]
  contract: Contract
  permission: Contract['permission']
  /** The whole recipe. Never throws: a failure is a problem document. `peer` is the caller's address, where it is known. */
  respond(request: Request, params: Record<string, string>, peer?: string): Promise<Answer>
  /** {@link Route.respond} as a Web Response. */
  handle(request: Request, params: Record<string, string>): Promise<Response>
}

/** A request on its way through the recipe. */
export interface Incoming {
  request: Request
  params: Record<string, string>
  requestId: string
  peer: string | undefined
}

/** `{name}`s of a path template as an object type. */
export type PathParams<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? { [Key in Name]: string } & PathParams<Rest>
  : unknown

type Parsed<Schema> = NonNullable<Schema> extends z.ZodType ? z.output<NonNullable<Schema>> : undefined

export type AnyContract = Contract & { path: `/${string}` }

/** Where a contract is served; the first is the one that is described. */
export function pathsOf({ root = 'v1', path }: Pick<Contract, 'root' | 'path'>): string[] {
  if (root === 'site') return [path]
  return root === 'api' ? [`/api${path}`] : [`/v1${path}`, `/api/v1${path}`]
}

/** The route of a contract: `respond` answers, at each of its addresses. */
export function routeOf(contract: AnyContract, respond: Route['respond']): Route {
  return {
    id: contract.id,
    method: contract.method,
    paths: [...pathsOf(contract), ...(contract.aliases ?? [])],
    contract,
    permission: contract.permission,
    respond,
    handle: async (request, params) => toResponse(await respond(request, params)),
  }
}

/** What a handler gets: everything authenticated, authorized and parsed. */
export interface PublicCall<C extends AnyContract> {
  /** Ids are canonical here, whatever spelling the caller used. */
  params: PathParams<C['path']>
  /** The same as the caller spelled them. */
  rawParams: Readonly<Record<string, string>>
  query: Parsed<C['query']>
  body: Parsed<C['body']>
  request: Request
  requestId: string
  /** The caller accepts `text/event-stream`, and the contract offers it. */
  wantsStream: boolean
  /** The caller prefers not to wait (`Prefer: respond-async`). */
  prefersAsync: boolean
}
export interface Call<C extends AnyContract> extends PublicCall<C> {
  principal: Principal
  /** With an `Idempotency-Key`: the id under which to make the new object, the same whenever this request is repeated. */
  onceId: Id | undefined
}

/** What a handler returns: the response that the contract promises, or a `Reply`. */
export type HandlerResult<C extends AnyContract> =
  | z.input<C['response']>
  | Reply
  // biome-ignore lint/suspicious/noConfusingVoidType: an operation that answers 204 has nothing to return
  | (z.input<C['response']> extends undefined ? void : never)

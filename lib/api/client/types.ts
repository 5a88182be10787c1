import type { z } from 'zod'
import type { Contract } from '../contracts/contract'

export type AnyContract = Contract & { path: `/${string}` }

type PathParam<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PathParam<Rest>
  : never

type Simplify<T> = { [K in keyof T]: T[K] }

type ParamsPart<C extends AnyContract> = [PathParam<C['path']>] extends [never]
  ? { params?: undefined }
  : { params: { [Name in PathParam<C['path']>]: string | number } }

/** A contract without a query (or body) has `unknown` here: then the argument is not accepted at all. */
type QueryPart<C extends AnyContract> =
  unknown extends z.input<NonNullable<C['query']>>
    ? { query?: undefined }
    : { query?: z.input<NonNullable<C['query']>> }

type BodyPart<C extends AnyContract> =
  unknown extends z.input<NonNullable<C['body']>>
    ? { body?: undefined }
    : Record<never, never> extends z.input<NonNullable<C['body']>>
      ? { body?: z.input<NonNullable<C['body']>> }
      : { body: z.input<NonNullable<C['body']>> }

/** The arguments of one call: `params` from the path, `query` and `body` as the contract's schemas accept them. */
export type CallArgs<C extends AnyContract> = Simplify<
  ParamsPart<C> & QueryPart<C> & BodyPart<C> & { headers?: Record<string, string>; signal?: AbortSignal }
>

/** Arguments as a rest tuple: optional exactly when nothing in them is required. */
export type CallRest<C extends AnyContract> =
  Record<never, never> extends CallArgs<C> ? [args?: CallArgs<C>] : [args: CallArgs<C>]

export type CallResponse<C extends AnyContract> = z.output<C['response']>

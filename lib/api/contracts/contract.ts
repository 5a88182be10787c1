import type { z } from 'zod'
import type { Action } from '../../auth/permissions'
import type { ErrorCode } from '../../errors'

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'

/**
 * One operation of the API, said once: the server validates with it, the client is typed by it, OpenAPI is generated from it.
 * `path` is below `/v1` (and `/api/v1`), with `{name}` for parameters.
 */
export interface Contract<
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Response extends z.ZodType = z.ZodType,
> {
  id: string
  method: Method
  path: `/${string}`
  /** `api`: served below `/api` only (health, samples, the OpenAPI document), not below `/v1`. `site`: the path is whole. */
  root?: 'v1' | 'api' | 'site'
  /** Whole paths at which it answers too, with the same parameters; for clients that know it under another one. */
  aliases?: readonly `/${string}`[]
  /** What the caller must be allowed to do; `public`: anybody. */
  permission: Action | 'public'
  summary: string
  description?: string
  tag: string
  query?: Query
  body?: Body
  /** No body at all is accepted and reads as `{}`. */
  bodyOptional?: boolean
  /** Largest body; default 1 MiB. */
  maxBodyBytes?: number
  response: Response
  /** Status of success; default 200. */
  status?: 200 | 201 | 202 | 204
  /** Success is sent as this, where it is not JSON. */
  contentType?: string
  /** Another success: under a status of its own, with a document of its own. */
  also?: { status: 200 | 202; response: z.ZodType; description: string }
  /** Also answers `Accept: text/event-stream`. */
  stream?: boolean
  /** Refusals beyond those that every route has (400, 401, 403, 404, 413, 422, 429). */
  errors?: ErrorCode[]
  /** Honours `Idempotency-Key`. */
  idempotent?: boolean
  /** Honours `If-Match` with the draft revision. */
  conditional?: boolean
  /** A body that works, for the reference page. */
  example?: unknown
  /** Bodies of every kind that works, by name, where one is not enough. */
  examples?: Readonly<Record<string, { summary: string; value: unknown }>>
  /** Headers that it reads beyond the usual ones, with what they mean. */
  headers?: Readonly<Record<string, string>>
}

/** Keeps the exact types of a contract; the literal path types the client's `params`. */
export function contract<
  Query extends z.ZodType,
  Body extends z.ZodType,
  Response extends z.ZodType,
  const Path extends `/${string}`,
>(definition: Contract<Query, Body, Response> & { path: Path }): Contract<Query, Body, Response> & { path: Path } {
  return definition
}

import type { z } from 'zod'
import { limitOf } from '../../env'
import { AppError } from '../../errors'
import { requireId } from '../../ids'
import { parseJson } from './parse-json'
import { validationError } from './problem'
import { readBody, requireJsonType } from './read-body'
import { prefersAsync, wantsEventStream } from './request-headers'
import type { AnyContract, Incoming, PublicCall } from './route'

/** A body over this is refused with 413; the largest honest one is a definition of 1 000 nodes. */

export interface ParsedCall<C extends AnyContract> {
  call: PublicCall<C>
  /** The body as it was sent; undefined for an operation without one. */
  bytes: Uint8Array | undefined
}

type CheckBody = (body: unknown, rawParams: Readonly<Record<string, string>>) => void

/** Reads and checks everything that the contract names: parameters, query, body. Throws the refusal that fits. */
export async function parseCall<C extends AnyContract>(
  contract: C,
  incoming: Incoming,
  checkBody?: CheckBody,
): Promise<ParsedCall<C>> {
  const { request, params, requestId } = incoming
  const wantsStream = contract.stream === true && wantsEventStream(request)
  const named = parseParams(params)
  const query = parseQuery(contract, request.url, wantsStream)
  const bytes =
    contract.body === undefined ? undefined : await readBody(request, contract.maxBodyBytes ?? limitOf('request_body'))
  const body = bytes === undefined ? undefined : parseBody(contract, incoming, bytes, checkBody)
  const call = {
    params: named,
    rawParams: params,
    query,
    body,
    request,
    requestId,
    wantsStream,
    prefersAsync: prefersAsync(request),
  }
  return { call: call as PublicCall<C>, bytes } // each member was parsed by the contract's own schema just above
}

/** Ids in any spelling become canonical (400 when malformed). `node_id` is the author's own text. */
function parseParams(params: Record<string, string>): Record<string, string> {
  const parsed: Record<string, string> = {}
  for (const [name, value] of Object.entries(params)) {
    parsed[name] = name.endsWith('_id') && name !== 'node_id' ? requireId(value, name) : plainText(value, name)
  }
  return parsed
}

function parseQuery(contract: AnyContract, url: string, wantsStream: boolean): unknown {
  if (contract.query === undefined) return undefined
  const mark = url.indexOf('?')
  const raw: Record<string, string> = {}
  if (mark >= 0) {
    for (const [name, value] of new URLSearchParams(url.slice(mark + 1))) {
      if (Object.hasOwn(raw, name)) {
        throw new AppError('invalid_request', `query.${name} is given twice.`, {
          errors: [{ path: `query.${name}`, message: 'given twice' }],
        })
      }
      Object.defineProperty(raw, name, { value: plainText(value, `query.${name}`), enumerable: true })
    }
  }
  const parsed = contract.query.safeParse(raw)
  if (parsed.success) return parsed.data
  const error = validationError(parsed.error, 'query')
  // An event source cannot read a problem document; by convention its bad cursor is a plain 400.
  throw wantsStream ? new AppError('invalid_request', error.message, { errors: error.errors }) : error
}

function parseBody(
  contract: AnyContract,
  { request, params }: Incoming,
  bytes: Uint8Array,
  checkBody: CheckBody | undefined,
): unknown {
  let value: unknown = {}
  if (bytes.byteLength > 0) {
    requireJsonType(request.headers.get('content-type'))
    value = parseJson(bytes)
  } else if (!contract.bodyOptional) {
    throw new AppError('invalid_json', 'The body is missing: send a JSON object.')
  }
  checkBody?.(value, params)
  const parsed = (contract.body as z.ZodType).safeParse(value) // only called for contracts with a body
  if (parsed.success) return parsed.data
  throw validationError(parsed.error, '')
}

/** U+0000 can be kept nowhere in the database; in a path or query it is never meant. */
function plainText(value: string, path: string): string {
  if (!value.includes('\0')) return value
  throw new AppError('invalid_request', `${path} has the character U+0000, which is not accepted.`, {
    errors: [{ path, message: 'has the character U+0000' }],
  })
}

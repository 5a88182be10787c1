import { lookup as dnsLookup, type LookupAddress, type LookupOptions } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Agent, request } from 'undici'
import { env, limitOf, publicUrl } from '../env'
import { LIMITS } from '../limits'
import { isAllowedAddress, parseEgressAllow } from './egress-addresses'
import { EgressError, unreachable } from './egress-error'
import {
  type EgressInit,
  explainFailure,
  followRedirect,
  prepareRequest,
  redirectOf,
  toResponse,
} from './egress-exchange'
import { checkUrl, type EgressRules } from './egress-url'

/**
 * The one way out: every call that a workflow causes goes through here. Names are resolved once, every address of a name is
 * checked, and the connection goes to a checked address; each redirect is checked anew.
 */

export interface EgressOptions {
  signal?: AbortSignal
  /** Of the decoded body. Default 5 MiB. */
  maxBytes?: number
  /** Of the whole exchange, body included. Default 30 s. */
  timeoutMs?: number
  /** Origins that the operator configured for this caller; never from a workflow. */
  trustedOrigins?: readonly string[]
}

const DEFAULT_TIMEOUT_MS = LIMITS.http_time.value
const MAX_HEADER_BYTES = 64 * 1024

type Resolve = (hostname: string, options: LookupOptions & { all: true }, done: Resolved) => void
type Resolved = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void

export interface EgressClientOptions {
  allow: string
  ownOrigin: string
  resolve?: Resolve
}

export interface EgressClient {
  fetch(url: string, init?: EgressInit, options?: EgressOptions): Promise<Response>
  close(): Promise<void>
}

let client: EgressClient | undefined

/** Calls an address. Gives a standard Response whose body may fail while it is read. Throws EgressError. */
export function egressFetch(url: string, init: EgressInit = {}, options: EgressOptions = {}): Promise<Response> {
  client ??= createEgressClient({ allow: env().EGRESS_ALLOW, ownOrigin: new URL(publicUrl()).origin })
  return client.fetch(url, init, options)
}

export function createEgressClient({ allow, ownOrigin, resolve = dnsLookup }: EgressClientOptions): EgressClient {
  const allowance = parseEgressAllow(allow)
  const lookup: LookupFunction = (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const isBad =
        error || addresses.length === 0 || !addresses.every(({ address }) => isAllowedAddress(address, allowance))
      if (isBad) return done(unreachable(error ?? undefined), [])
      if (options.all) return done(null, addresses)
      const [first] = addresses
      if (first) done(null, first.address, first.family)
    })
  }
  const common = { maxHeaderSize: MAX_HEADER_BYTES, keepAliveTimeout: 4_000 }
  const checkedAgent = new Agent({ ...common, connect: { lookup, timeout: 10_000 } })
  // Only for hosts that the operator named: its sockets are never used for any other.
  const namedAgent = new Agent({ ...common, connect: { timeout: 10_000 } })

  return {
    async fetch(address, init = {}, options = {}) {
      const rules: EgressRules = { allowance, ownOrigin, trustedOrigins: options.trustedOrigins ?? [] }
      const { timeoutMs = DEFAULT_TIMEOUT_MS, maxBytes = limitOf('http_answer') } = options
      const timeout = AbortSignal.timeout(timeoutMs)
      const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout
      const explain = (error: unknown) => explainFailure(error, { timeout, timeoutMs, stop: options.signal })
      try {
        let target = checkUrl(address, rules)
        let sending = prepareRequest(init)
        for (let redirects = 0; ; redirects++) {
          const dispatcher = target.mustBePublic ? checkedAgent : namedAgent
          const answer = await request(target.url, { ...sending, dispatcher, signal })
          const location = redirectOf(answer)
          if (location === undefined) return toResponse(answer, sending.method, maxBytes, explain)
          answer.body.on('error', () => undefined).destroy()
          const most = limitOf('http_redirects')
          if (redirects >= most) {
            throw new EgressError('too_many_redirects', `The address redirects more than ${most} times.`)
          }
          const next = checkUrl(new URL(location, target.url).href, rules)
          sending = followRedirect(sending, answer.statusCode, target.url, next.url)
          target = next
        }
      } catch (error) {
        throw explain(error)
      }
    },
    async close() {
      await Promise.all([checkedAgent.destroy(), namedAgent.destroy()])
    },
  }
}

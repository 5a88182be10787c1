import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { processSingleton } from '../db/process'
import { env } from '../env'

const HEADER = 'x-countersign-connection'
/** The path and query as they were asked for: a layout of Next is not told, and sign-in leads back there. Not a secret. */
export const PATH_HEADER = 'x-countersign-path'

/** Known only inside this process, so that no client can write the header itself. */
const seal = processSingleton('connection-seal', () => randomBytes(16).toString('hex'))

/** Used when nothing says where a request comes from: all such requests share one budget. */
export const UNKNOWN_ADDRESS = 'unknown'

/**
 * Writes the address of the connection, and the path, where pages and route files of Next can read it, which see no socket. The front
 * door calls this on every request that it hands to Next; what a client sent under that name is replaced.
 */
export function stampConnection(incoming: Pick<IncomingMessage, 'headers' | 'socket' | 'url'>): void {
  incoming.headers[HEADER] = `${seal} ${incoming.socket.remoteAddress ?? UNKNOWN_ADDRESS}`
  incoming.headers[PATH_HEADER] = incoming.url ?? '/'
}

/**
 * The address of the client. `X-Forwarded-For` counts only as far as TRUST_PROXY says that proxies of ours appended to it:
 * with n proxies, the n-th address from the right. Anything further left was written by the client.
 */
export function clientAddress(headers: Headers, peer?: string, trustedProxies: number = env().TRUST_PROXY): string {
  if (trustedProxies > 0) {
    const forwarded = (headers.get('x-forwarded-for') ?? '').split(',').map((entry) => entry.trim())
    const address = forwarded[forwarded.length - trustedProxies]
    if (address) return stripPort(address)
  }
  const [stamped, address] = (headers.get(HEADER) ?? '').split(' ')
  return peer ?? (stamped === seal && address ? address : UNKNOWN_ADDRESS)
}

/** An IPv4 address as people write it, also where the connection is one of IPv6. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
}

/** The same for what is written down: null where nothing says where the request came from. */
export function knownAddress(headers: Headers, peer?: string): string | null {
  const address = clientAddress(headers, peer)
  return address === UNKNOWN_ADDRESS ? null : plainAddress(address)
}

/** Some proxies append the port: `203.0.113.7:5021`, `[2001:db8::1]:443`. */
function stripPort(address: string): string {
  return /^\[(.+)\](?::\d+)?$/.exec(address)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(address)?.[1] ?? address
}

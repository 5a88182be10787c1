import { isIP } from 'node:net'
import { type EgressAllowance, hostKey, isAllowedAddress } from './egress-addresses'
import { EgressError } from './egress-error'

/** Ports of services that are not HTTP and do harm when they read a request as commands. */
const BLOCKED_PORTS = new Set([
  7, 9, 13, 19, 21, 22, 23, 25, 37, 53, 79, 110, 111, 135, 139, 143, 389, 445, 465, 514, 587, 636, 993, 995, 1433, 1521,
  2049, 3306, 3389, 5432, 5900, 6379, 11211, 27017,
])

/** Paths of this installation that a workflow may call: sample data, and the sink that samples publish to. */
const OWN_PATHS = ['/samples/', '/api/samples/']

export interface EgressRules {
  allowance: EgressAllowance
  /** Origin of this installation; an address that begins with `/` means it. */
  ownOrigin: string
  /** Origins that the caller's operator configured, such as the model server. */
  trustedOrigins: readonly string[]
}

export interface CheckedUrl {
  url: URL
  /** Every address that the name leads to must be public or allowed. False: the operator named this host. */
  mustBePublic: boolean
}

/** Decides about a URL before anything is resolved or connected. Throws EgressError. */
export function checkUrl(text: string, rules: EgressRules): CheckedUrl {
  // The URL standard drops tabs and line breaks and turns \ into /: what people read and what is called would differ.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is refused
  if (/[\u0000-\u0020\u007f\\]/.test(text.trim())) {
    throw new EgressError('invalid_url', 'The URL holds white space, control characters or a backslash.')
  }
  const isOwnPath = text.startsWith('/') && !text.startsWith('//')
  const url = parse(isOwnPath ? rules.ownOrigin + text : text.trim())
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new EgressError('blocked', `Only http and https can be called, not ${url.protocol.replace(':', '')}.`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new EgressError('blocked', 'A URL must not hold a user name or password: send them in a header.')
  }
  url.hash = ''
  if (rules.trustedOrigins.includes(url.origin)) return { url, mustBePublic: false }
  if (url.origin === rules.ownOrigin) return checkOwn(url)
  const port = url.port === '' ? 0 : Number(url.port)
  if (BLOCKED_PORTS.has(port)) throw new EgressError('blocked', `Port ${port} cannot be called.`)
  const host = hostKey(url.hostname)
  if (rules.allowance.hosts.has(host)) return { url, mustBePublic: false }
  if (isIP(host) && !isAllowedAddress(host, rules.allowance)) {
    throw new EgressError(
      'blocked',
      'Private addresses cannot be called unless the operator allows it with EGRESS_ALLOW.',
    )
  }
  return { url, mustBePublic: true }
}

function parse(text: string): URL {
  try {
    return new URL(text)
  } catch {
    throw new EgressError(
      'invalid_url',
      'This is not a URL: it begins with https://, http://, or / for this installation.',
    )
  }
}

function checkOwn(url: URL): CheckedUrl {
  // Encoded slashes and dots could be decoded to another path further in.
  const isPlain = !/%(2f|5c|2e)/i.test(url.pathname)
  if (isPlain && OWN_PATHS.some((prefix) => url.pathname.startsWith(prefix))) return { url, mustBePublic: false }
  throw new EgressError('blocked', `Of this installation only ${OWN_PATHS.join(' and ')} can be called by a workflow.`)
}

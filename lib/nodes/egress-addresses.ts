import { BlockList, isIPv4, isIPv6 } from 'node:net'

/**
 * Which addresses are public. Everything else is this machine, its network, a cloud's metadata service, or a way of writing
 * one of those. Sources: IANA special-purpose registries for IPv4 and IPv6.
 */

const NOT_PUBLIC_V4: [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]

/** Only 2000::/3 is handed out at all; these parts of it tunnel to IPv4 or are set apart. */
const NOT_PUBLIC_V6: [string, number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
]

const blocked = new BlockList()
for (const [network, prefix] of NOT_PUBLIC_V4) blocked.addSubnet(network, prefix, 'ipv4')
for (const [network, prefix] of NOT_PUBLIC_V6) blocked.addSubnet(network, prefix, 'ipv6')
const handedOut = new BlockList()
handedOut.addSubnet('2000::', 3, 'ipv6')

/** True for an address anybody on the internet could reach. Text that is no address is not public. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !blocked.check(address, 'ipv4')
  // An address with a zone (`fe80::1%eth0`) names an interface of this machine.
  if (!isIPv6(address) || address.includes('%')) return false
  return handedOut.check(address, 'ipv6') && !blocked.check(address, 'ipv6')
}

/** What the operator opened, from EGRESS_ALLOW. */
export interface EgressAllowance {
  /** Lower-case host names without a final dot. */
  hosts: ReadonlySet<string>
  addresses: BlockList
}

/** Hosts, addresses and CIDRs, separated by commas or spaces. Throws an Error naming an entry that is none of these. */
export function parseEgressAllow(text: string): EgressAllowance {
  const hosts = new Set<string>()
  const addresses = new BlockList()
  for (const entry of text.split(/[\s,]+/).filter((part) => part !== '')) {
    const [base = '', prefixText] = entry.split('/')
    const family = isIPv4(base) ? 'ipv4' : isIPv6(base) ? 'ipv6' : undefined
    const widest = family === 'ipv4' ? 32 : 128
    const prefix = prefixText === undefined ? widest : /^\d{1,3}$/.test(prefixText) ? Number(prefixText) : -1
    if (family && prefix >= 0 && prefix <= widest) addresses.addSubnet(base, prefix, family)
    else if (!family && prefixText === undefined && /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?$/i.test(entry))
      hosts.add(hostKey(entry))
    else
      throw new Error(`EGRESS_ALLOW: "${entry}" is neither a host name nor an address nor a CIDR such as 10.1.0.0/16.`)
  }
  return { hosts, addresses }
}

/** One spelling per host: lower case, no final dot, no brackets. */
export function hostKey(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
}

export function isAllowedAddress(address: string, allowance: EgressAllowance): boolean {
  if (isPublicAddress(address)) return true
  if (isIPv4(address)) return allowance.addresses.check(address, 'ipv4')
  return isIPv6(address) && !address.includes('%') && allowance.addresses.check(address, 'ipv6')
}

import { describe, expect, it } from 'vitest'
import { clientAddress, knownAddress, stampConnection, UNKNOWN_ADDRESS } from './client-address'
import { networkOf } from './rate-limit'

const STAMP = 'x-countersign-connection'

function stamped(remoteAddress: string, sent: Record<string, string> = {}): Headers {
  const incoming = { headers: { ...sent }, socket: { remoteAddress } } as unknown as Parameters<
    typeof stampConnection
  >[0] // a socket of which only the address is read
  stampConnection(incoming)
  return new Headers(incoming.headers as Record<string, string>)
}

describe('the address of a client', () => {
  it('is that of the connection', () => {
    expect(clientAddress(stamped('203.0.113.7'), undefined, 0)).toBe('203.0.113.7')
    expect(clientAddress(new Headers(), '203.0.113.7', 0)).toBe('203.0.113.7')
  })

  it('is written down as people write it, or not at all', () => {
    expect(knownAddress(new Headers(), '::ffff:203.0.113.7')).toBe('203.0.113.7')
    expect(knownAddress(new Headers(), '2001:db8::1')).toBe('2001:db8::1')
    expect(knownAddress(new Headers())).toBeNull()
  })

  it('cannot be chosen by the client', () => {
    const lies = {
      'x-forwarded-for': '198.51.100.1',
      'x-real-ip': '198.51.100.1',
      forwarded: 'for=198.51.100.1',
      [STAMP]: '198.51.100.1',
    }
    expect(clientAddress(stamped('203.0.113.7', lies), undefined, 0)).toBe('203.0.113.7')
    expect(clientAddress(new Headers({ [STAMP]: 'guess 198.51.100.1' }), undefined, 0)).toBe(UNKNOWN_ADDRESS)
  })

  it('is what our own proxies appended, counted from the right', () => {
    const headers = stamped('10.0.0.2', { 'x-forwarded-for': '198.51.100.1, 203.0.113.7, 10.0.0.1' })
    expect(clientAddress(headers, undefined, 1)).toBe('10.0.0.1')
    expect(clientAddress(headers, undefined, 2)).toBe('203.0.113.7')
  })

  it('is that of the connection when a proxy forgot to append', () => {
    expect(clientAddress(stamped('10.0.0.2'), undefined, 1)).toBe('10.0.0.2')
    expect(clientAddress(stamped('10.0.0.2', { 'x-forwarded-for': '203.0.113.7' }), undefined, 3)).toBe('10.0.0.2')
  })

  it.each([
    ['203.0.113.7:5021', '203.0.113.7'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['2001:db8::1', '2001:db8::1'],
  ])('has no port: %s', (sent, address) => {
    expect(clientAddress(new Headers({ 'x-forwarded-for': sent }), undefined, 1)).toBe(address)
  })
})

describe('the network that is counted', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002:ffff::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    [UNKNOWN_ADDRESS, UNKNOWN_ADDRESS],
  ])('%s is counted as %s', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })
})

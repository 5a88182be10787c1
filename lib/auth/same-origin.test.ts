import { describe, expect, it } from 'vitest'
import { crossSiteReason, type RequestOrigin } from './same-origin'

const local: RequestOrigin = {
  origin: 'http://localhost:3000',
  fetchSite: 'same-origin',
  host: 'localhost:3000',
  publicUrl: null,
  allowUnknown: false,
}
const hosted: RequestOrigin = {
  ...local,
  origin: 'https://flows.example.com',
  host: '10.0.0.7:3000', // what a proxy may send on
  publicUrl: 'https://flows.example.com/',
}

describe('our own pages', () => {
  it.each([
    ['on localhost', local],
    [
      'on any host and port without configuration',
      { ...local, origin: 'http://192.168.1.5:4107', host: '192.168.1.5:4107' },
    ],
    ['on IPv6', { ...local, origin: 'http://[::1]:3000', host: '[::1]:3000' }],
    ['in a browser that sends no Sec-Fetch-Site', { ...local, fetchSite: null }],
    ['behind a proxy, at the configured origin', hosted],
  ])('pass %s', (_name, request) => {
    expect(crossSiteReason(request)).toBeNull()
  })
})

describe('other places', () => {
  it.each([
    ['another host', { ...local, origin: 'http://evil.test' }],
    ['another port', { ...local, origin: 'http://localhost:3001' }],
    ['a sandboxed frame or a data page', { ...local, origin: 'null' }],
    ['a page that hides its origin', { ...local, origin: null }],
    ['a page that hides its origin, from the same site by its own word', { ...local, origin: null, fetchSite: null }],
    ['another site by Sec-Fetch-Site', { ...local, fetchSite: 'cross-site' }],
    ['a sub-domain by Sec-Fetch-Site', { ...local, fetchSite: 'same-site' }],
    ['a link typed by hand', { ...local, fetchSite: 'none' }],
    ['a look-alike with our name as a prefix', { ...hosted, origin: 'https://flows.example.com.evil.test' }],
    ['a look-alike with our name as a user', { ...hosted, origin: 'https://flows.example.com@evil.test' }],
    ['a sub-domain of ours', { ...hosted, origin: 'https://x.flows.example.com' }],
    ['our parent domain', { ...hosted, origin: 'https://example.com' }],
    ['our host without TLS', { ...hosted, origin: 'http://flows.example.com' }],
    ['the inner host when an origin is configured', { ...hosted, origin: 'http://10.0.0.7:3000' }],
    ['an origin with a path', { ...local, origin: 'http://localhost:3000/' }],
    ['an origin in upper case', { ...local, origin: 'HTTP://LOCALHOST:3000' }],
    ['a list of origins', { ...local, origin: 'http://localhost:3000, http://evil.test' }],
    ['an extension', { ...local, origin: 'chrome-extension://abcdef' }],
    ['a request without a Host', { ...local, host: null }],
    ['no text at all', { ...local, origin: '' }],
  ])('are refused: %s', (_name, request) => {
    expect(crossSiteReason(request)).toMatch(/only be used from our own pages/)
  })

  it('are refused at the sign-in door too, which lets pass only who names no origin', () => {
    expect(crossSiteReason({ ...local, origin: null, fetchSite: null, allowUnknown: true })).toBeNull()
    expect(crossSiteReason({ ...local, origin: null, fetchSite: 'cross-site', allowUnknown: true })).not.toBeNull()
    expect(crossSiteReason({ ...local, origin: 'null', allowUnknown: true })).not.toBeNull()
    expect(crossSiteReason({ ...local, origin: 'http://evil.test', allowUnknown: true })).not.toBeNull()
  })
})

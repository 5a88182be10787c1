import { describe, expect, it } from 'vitest'
import { localPath, pathAfterSignIn, signInPath } from './callback-path'

describe('the page after signing in', () => {
  it.each([
    ['/', '/'],
    ['/runs', '/runs'],
    ['/runs?status=failed&workflow=x#log', '/runs?status=failed&workflow=x#log'],
    ['/runs/0192f0c1-7c1e-7abc-8000-5d3c00000000', '/runs/0192f0c1-7c1e-7abc-8000-5d3c00000000'],
    ['/a/../runs', '/runs'],
    ['/runs?_rsc=1x2y3', '/runs'],
    ['/runs?next=https://evil.test', '/runs?next=https://evil.test'],
    ['/sign-in-help', '/sign-in-help'],
  ])('may be %s', (value, path) => {
    expect(pathAfterSignIn(value)).toBe(path)
  })

  it.each([
    'https://evil.test',
    'http://evil.test/runs',
    '//evil.test',
    '///evil.test',
    '/\\evil.test',
    '\\\\evil.test',
    '/\t/evil.test',
    '/\n/evil.test',
    '\t//evil.test',
    ' //evil.test',
    '/./\\evil.test',
    '/..//evil.test',
    '/a/..//evil.test',
    '/.//evil.test',
    '/%2e%2e//evil.test',
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,x',
    'evil.test',
    '@evil.test',
    '/\u2028/evil.test',
    '/\u202eevil',
    '/\0',
    '?next=x',
    '',
    null,
    undefined,
    ['/runs'],
    { toString: () => '/runs' },
    `/${'x'.repeat(3_000)}`,
    '/sign-in',
    '/sign-in?next=/runs',
    '/SIGN-IN',
    '/set-up',
    '/api/auth/signout',
    '/v1/me',
  ])('is the home page instead of %j', (value) => {
    expect(pathAfterSignIn(value)).toBe('/')
  })

  it('survives the way through the sign-in page', () => {
    const link = signInPath('/runs?a=1&b=2')
    expect(pathAfterSignIn(new URL(link, 'http://x.test').searchParams.get('next'))).toBe('/runs?a=1&b=2')
    expect(signInPath('//evil.test')).toBe('/sign-in')
    expect(signInPath(null)).toBe('/sign-in')
  })
})

describe('a path of this site', () => {
  it('may be any page, also the sign-in page, for who signs out', () => {
    expect(localPath('/sign-in')).toBe('/sign-in')
    expect(localPath('//evil.test')).toBeNull()
  })
})

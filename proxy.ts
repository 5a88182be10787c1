import { type NextRequest, NextResponse } from 'next/server'

/**
 * The content security policy of every page. Scripts run only with the nonce of their own response; there is no inline
 * script and no eval. Nothing about who may see what is decided here.
 */
export function proxy(request: NextRequest): NextResponse {
  const nonce = btoa(crypto.randomUUID())
  const policy = contentSecurityPolicy(nonce)
  const headers = new Headers(request.headers)
  headers.set('x-nonce', nonce) // for what the layout renders inline itself
  headers.set('Content-Security-Policy', policy) // Next reads the nonce for its own scripts from here
  const response = NextResponse.next({ request: { headers } })
  response.headers.set('Content-Security-Policy', policy)
  if (isHttps(request)) response.headers.set('Strict-Transport-Security', 'max-age=31536000')
  return response
}

/** Pages only: not the API, not files. A prefetch gets no policy of its own, the page it becomes part of has one. */
export const config = {
  matcher: [
    {
      source: '/((?!api/|v1/|_next/static|_next/image|samples/|favicon.ico|icon.svg).*)',
      missing: [
        { type: 'header', key: 'next-router-prefetch' },
        { type: 'header', key: 'purpose', value: 'prefetch' },
      ],
    },
  ],
}

function contentSecurityPolicy(nonce: string): string {
  const development = process.env.NODE_ENV === 'development' // React and hot reload evaluate code and open a socket
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ''}`,
    "style-src 'self' 'unsafe-inline'", // the canvas and the editor place things by style attributes and elements
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self'${development ? ' ws:' : ''}`,
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}

function isHttps(request: NextRequest): boolean {
  return (process.env.PUBLIC_URL ?? request.nextUrl.origin).startsWith('https:')
}

/** @type {import('next').NextConfig} */
export default {
  // Several builds of one folder side by side, e.g. the one that the browser tests make.
  distDir: process.env.NEXT_DIST_DIR || '.next',
  poweredByHeader: false,
  devIndicators: false,
  // Pages are loaded when they are asked for first: API and worker need none of them.
  experimental: { preloadEntriesOnStart: false },
  typescript: { ignoreBuildErrors: true }, // `npm run typecheck` does it, once and not at every start
  serverExternalPackages: [
    '@node-rs/argon2',
    '@prisma/adapter-pg',
    '@prisma/client',
    'graphile-worker',
    'jsonata',
    'pg',
    'pino',
    're2js',
    'undici',
  ],
  // What depends on the request, the content security policy, is set in proxy.ts.
  headers: async () => [
    {
      source: '/:path*',
      headers: [
        { key: 'X-Content-Type-Options', value: 'nosniff' },
        { key: 'X-Frame-Options', value: 'DENY' },
        { key: 'Referrer-Policy', value: 'same-origin' },
        { key: 'Permissions-Policy', value: 'camera=(), microphone=(), geolocation=()' },
        { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
      ],
    },
  ],
}

const BASE = 'http://local.invalid'
/** Characters that browsers drop or read as `/`, by which a path becomes another host. */
const TREACHEROUS = /[\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u
const MAX_LENGTH = 2_000

/**
 * The value as a path of this site, as browsers will read it, or null: another origin, a scheme, `//host`, `/\host` and
 * anything that only looks like a path are refused, so that no link through us leads anywhere else.
 */
export function localPath(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > MAX_LENGTH || !value.startsWith('/') || TREACHEROUS.test(value))
    return null
  if (!URL.canParse(value, BASE)) return null
  const url = new URL(value, BASE)
  if (url.origin !== BASE || url.pathname.startsWith('//')) return null
  // Next's own mark on the requests of its router; deleting rewrites the whole query, so only when it is there.
  if (url.searchParams.has('_rsc')) url.searchParams.delete('_rsc')
  return url.pathname + url.search + url.hash
}

/** Where to go after signing in: the wanted page of this site, else the home page. Never back to a page for visitors. */
export function pathAfterSignIn(value: unknown): string {
  const path = localPath(value)
  return path === null || /^\/(?:api|v1|sign-in|set-up)(?:[/?#]|$)/i.test(path) ? '/' : path
}

/** The sign-in page that leads back to `path` afterwards. */
export function signInPath(path: string | null): string {
  const next = pathAfterSignIn(path)
  return next === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`
}

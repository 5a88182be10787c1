/** What a request says about where it comes from. */
export interface RequestOrigin {
  origin: string | null
  fetchSite: string | null
  host: string | null
  /** The one origin people use, when it is configured; otherwise the Host that the request was sent to is ours. */
  publicUrl: string | null
  allowUnknown: boolean
}

/**
 * Why a request did not come from our own pages, as a sentence; null when it did. Pure.
 * Comparing with Host is sound for cookies: a rebound name is another host, and our cookie is not sent to it.
 */
export function crossSiteReason(request: RequestOrigin): string | null {
  const { origin, fetchSite, host, publicUrl, allowUnknown } = request
  if (fetchSite !== null && fetchSite !== 'same-origin') {
    return `Sec-Fetch-Site is ${quoted(fetchSite)}: a signed-in session may only be used from our own pages; elsewhere use an API key.`
  }
  if (origin === null) {
    return allowUnknown
      ? null
      : 'The request names no Origin: a signed-in session may only be used from our own pages; elsewhere use an API key.'
  }
  return isOurs(origin, host, publicUrl)
    ? null
    : `The Origin ${quoted(origin)} is not ours: a signed-in session may only be used from our own pages; elsewhere use an API key.`
}

function isOurs(origin: string, host: string | null, publicUrl: string | null): boolean {
  if (!URL.canParse(origin)) return false
  const sent = new URL(origin)
  if (sent.origin !== origin) return false // "null", a path, a user name: not an origin as browsers write it
  if (publicUrl !== null) return sent.origin === new URL(publicUrl).origin
  return host !== null && (sent.protocol === 'http:' || sent.protocol === 'https:') && sent.host === host.toLowerCase()
}

function quoted(value: string): string {
  return JSON.stringify(value.slice(0, 200))
}

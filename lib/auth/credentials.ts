import { AppError } from '../errors'

/** What a request brings along to say who is calling; at most one key, however it is spelled. */
export interface Credentials {
  apiKey: string | null
  /** The whole Cookie header; null when there is none. */
  cookie: string | null
}

/** Keys are short; a JWT may carry many claims. */
const MAX_KEY_LENGTH = 8_192
const AUTHORIZATION = /^([A-Za-z][A-Za-z0-9!#$&^_.+-]*) +([^\s,]+)$/

/**
 * Reads the credentials of a request from its headers and nowhere else: a key in the query string is never looked at,
 * because URLs end up in logs and histories. Throws `unauthenticated` for a header that is there but says nothing we know,
 * and for two headers that name different keys; it never falls back from a bad header to the cookie.
 */
export function readCredentials(headers: Headers): Credentials {
  const plain = headers.get('x-api-key')
  const authorization = headers.get('authorization')
  const named = plain === null ? null : readKey(plain.trim(), 'X-API-Key')
  const bearer = authorization === null ? null : readAuthorization(authorization.trim())
  if (named !== null && bearer !== null && named !== bearer) {
    throw new AppError('unauthenticated', 'X-API-Key and Authorization name two different keys; send one of them.')
  }
  return { apiKey: named ?? bearer, cookie: headers.get('cookie') }
}

function readAuthorization(value: string): string {
  const match = AUTHORIZATION.exec(value)
  const scheme = match?.[1]?.toLowerCase()
  if (scheme !== 'bearer' && scheme !== 'apikey') {
    throw new AppError('unauthenticated', 'Authorization is not understood: send "Bearer <key>" or "ApiKey <key>".')
  }
  return readKey(match?.[2] ?? '', 'Authorization')
}

function readKey(key: string, header: string): string {
  if (key === '' || key.length > MAX_KEY_LENGTH) {
    throw new AppError('unauthenticated', `${header} holds no API key; a key begins with cs_live_.`)
  }
  return key
}

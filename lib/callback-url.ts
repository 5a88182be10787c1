import { createHmac, timingSafeEqual } from 'node:crypto'
import { env, publicUrl } from './env'
import { type Id, parseId, toObjectId } from './ids'

/** One callback node at one address of one run. */
export interface CallbackAddress {
  runId: Id
  nodeId: string
  path: string[]
}

/**
 * The URL that a callback node waits on. It carries its own proof: an HMAC-SHA256 over the run and the address, so nothing is
 * stored before it is called, and it can be handed out before the node is reached. Good for one call.
 */
export function callbackUrl(at: CallbackAddress): string {
  const body = Buffer.from(JSON.stringify([toObjectId(at.runId), at.nodeId, at.path])).toString('base64url')
  return `${publicUrl()}/api/callbacks/${body}.${sign(body)}`
}

/** The address of a token made by {@link callbackUrl}; undefined for anything else. */
export function readCallbackToken(token: string): CallbackAddress | undefined {
  const [body = '', mac = '', ...rest] = token.split('.')
  if (rest.length > 0 || !isEqual(mac, sign(body))) return undefined
  const [run, nodeId, path] = JSON.parse(Buffer.from(body, 'base64url').toString()) as [string, string, string[]] // signed by us
  const runId = parseId(run)
  return runId === undefined ? undefined : { runId, nodeId, path }
}

function sign(body: string): string {
  const { ENCRYPTION_KEY, NEXTAUTH_SECRET } = env()
  const secret = ENCRYPTION_KEY ?? NEXTAUTH_SECRET
  if (secret === undefined) throw new Error('ENCRYPTION_KEY is not set; `npm start` makes one in DATA_DIR')
  return createHmac('sha256', `callback:${secret}`).update(body).digest('base64url')
}

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}

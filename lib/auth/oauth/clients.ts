import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { countUnclaimedClients, findOAuthClient, insertOAuthClient, type OAuthClientRow } from '../../db/oauth'
import { processSingleton } from '../../db/process'
import { AppError } from '../../errors'
import { createTtlCache } from '../ttl-cache'

/** Registrations that nobody has used yet, in all: they are forgotten after a day. */
const MAX_UNCLAIMED = 1_000
const DOCUMENT_TTL_MS = 600_000
const MAX_REDIRECTS = 10

/** HTTPS anywhere, HTTP on this machine only, or a scheme of an app of its own; never one that a browser would run. */
const redirectUri = z
  .string()
  .max(500)
  .refine(isRedirectUri, 'must be https, http on localhost, or a private scheme, without a fragment')

function isRedirectUri(text: string): boolean {
  if (!URL.canParse(text) || text.includes('#')) return false
  const { protocol, hostname, username } = new URL(text)
  if (username !== '') return false
  if (protocol === 'https:') return true
  if (protocol === 'http:') return ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  return /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:$/.test(protocol) || ['cursor:', 'vscode:', 'claude:'].includes(protocol)
}

const clientMetadata = z.object({
  client_name: z.string().trim().min(1).max(100).default('An unnamed program'),
  redirect_uris: z.array(redirectUri).min(1).max(MAX_REDIRECTS),
  token_endpoint_auth_method: z.enum(['none']).optional(),
  grant_types: z.array(z.enum(['authorization_code', 'refresh_token'])).optional(),
  response_types: z.array(z.enum(['code'])).optional(),
})

/** RFC 7591, for public clients. Throws `invalid_request` naming the field, `rate_limited` when too many wait to be used. */
export async function registerClient(body: unknown): Promise<OAuthClientRow> {
  const parsed = clientMetadata.safeParse(body)
  if (!parsed.success) throw invalidMetadata(parsed.error)
  if ((await countUnclaimedClients()) >= MAX_UNCLAIMED) {
    throw new AppError('rate_limited', 'Too many programs have registered and were never used. Try again later.', {
      retryAfterSeconds: 3_600,
    })
  }
  const client = {
    clientId: `cs_client_${randomBytes(16).toString('base64url')}`,
    name: parsed.data.client_name,
    redirectUris: [...new Set(parsed.data.redirect_uris)],
  }
  await insertOAuthClient(client)
  return client
}

/** A client by its id: one that registered, or one whose id is the URL of its own description. */
export async function loadClient(clientId: string): Promise<OAuthClientRow | undefined> {
  if (!clientId.startsWith('https://')) return findOAuthClient(clientId)
  return documents().get(clientId, () => readDocument(clientId))
}

type ReadDocument = (url: string) => Promise<{ status: number; body: unknown }>

/** How client documents are read is given by whoever starts the server: the one outbound client lives elsewhere. */
export function readClientDocumentsWith(read: ReadDocument): void {
  reader().read = read
}

const reader = () =>
  processSingleton<{ read: ReadDocument | undefined }>('oauth-documents', () => ({ read: undefined }))
const documents = () =>
  processSingleton('oauth-document-cache', () =>
    createTtlCache<OAuthClientRow | undefined>({ ttlMs: DOCUMENT_TTL_MS, maxEntries: 500 }),
  )

/** Client ID Metadata Document: the document names itself by its own URL. */
async function readDocument(clientId: string): Promise<OAuthClientRow | undefined> {
  const url = new URL(clientId)
  const { read } = reader()
  if (!read || url.pathname === '/' || url.hash !== '' || url.username !== '') return undefined
  const { status, body } = await read(clientId)
  const parsed = clientMetadata.extend({ client_id: z.literal(clientId) }).safeParse(body)
  if (status !== 200 || !parsed.success) return undefined
  return { clientId, name: parsed.data.client_name, redirectUris: parsed.data.redirect_uris }
}

function invalidMetadata(error: z.ZodError): AppError {
  const errors = error.issues.map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message }))
  return new AppError('validation_failed', `${errors[0]?.path}: ${errors[0]?.message}`, { errors })
}

import { RateLimiterMemory } from 'rate-limiter-flexible'
import { clientAddress } from '../../../auth/client-address'
import { registerClient } from '../../../auth/oauth/clients'
import { authorizationServerMetadata, mcpResource, protectedResourceMetadata } from '../../../auth/oauth/metadata'
import { exchangeToken, revokeByToken } from '../../../auth/oauth/server'
import { networkOf } from '../../../auth/rate-limit'
import { publicUrl } from '../../../env'
import { AppError } from '../../../errors'
import { decideConsent, getConsent } from '../../../usecases/consent'
import { metadataContracts } from '../../contracts/metadata'
import { oauthContracts, oauthRawContracts } from '../../contracts/oauth'
import { definePublicRoute, defineRoute } from '../define-route'
import { rawRoute } from '../raw-route'
import { readBody } from '../read-body'

const MAX_FORM_BYTES = 16_384
const REGISTRATIONS_PER_MINUTE = 20
const registrations = new RateLimiterMemory({ points: REGISTRATIONS_PER_MINUTE, duration: 60 })

export const oauthRoutes = [
  defineRoute(oauthContracts.getConsent, ({ principal, query }) => getConsent({ principal, query })),
  defineRoute(oauthContracts.decideConsent, ({ principal, body: { decision, ...query } }) =>
    decideConsent({ principal, query, decision }),
  ),

  definePublicRoute(oauthContracts.registerOAuthClient, async ({ body, request, peer }) => {
    await countRegistration(networkOf(clientAddress(request.headers, peer)))
    const client = await registerClient(body)
    return {
      client_id: client.clientId,
      client_id_issued_at: Math.floor(Date.now() / 1_000),
      client_name: client.name,
      redirect_uris: client.redirectUris,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    }
  }),

  rawRoute(oauthRawContracts.exchangeToken, async (request) => {
    const { status, body } = await exchangeToken(await readForm(request))
    return { status, json: body }
  }),
  rawRoute(oauthRawContracts.revokeToken, async (request) => {
    const { token } = await readForm(request)
    if (token) await revokeByToken(token)
    return { status: 200, json: {} }
  }),

  rawRoute(metadataContracts.protectedResource, async () => ({
    status: 200,
    json: protectedResourceMetadata(publicUrl()),
  })),
  rawRoute(metadataContracts.mcpResource, async () => ({
    status: 200,
    json: protectedResourceMetadata(mcpResource()),
  })),
  rawRoute(metadataContracts.authorizationServer, async () => ({
    status: 200,
    json: authorizationServerMetadata(),
  })),
]

/** Throws `unsupported_media_type` for anything but a form, as the RFC has it. */
async function readForm(request: Request): Promise<Record<string, string>> {
  if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers.get('content-type') ?? '')) {
    throw new AppError('unsupported_media_type', 'Send a form: Content-Type application/x-www-form-urlencoded.')
  }
  const text = new TextDecoder().decode(await readBody(request, MAX_FORM_BYTES))
  const form: Record<string, string> = Object.create(null)
  for (const [name, value] of new URLSearchParams(text)) {
    if (name in form) throw new AppError('invalid_request', `${name.slice(0, 40)} is given twice.`)
    form[name] = value
  }
  return { ...form }
}

async function countRegistration(network: string): Promise<void> {
  try {
    await registrations.consume(network)
  } catch (refused) {
    if (refused instanceof Error) throw refused
    throw new AppError('rate_limited', `At most ${REGISTRATIONS_PER_MINUTE} programs register a minute.`, {
      retryAfterSeconds: 60,
    })
  }
}

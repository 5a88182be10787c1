import { mcpStreamContract } from '../api/contracts/mcp'
import { successAnswer } from '../api/server/answer'
import { refusalAnswer } from '../api/server/dispatch'
import { streamReply } from '../api/server/stream-reply'
import { refusal } from '../auth/permissions'
import type { Principal } from '../auth/principal'
import { AppError } from '../errors'
import { mcpDoor } from './door'
import { handshakeOf } from './session-id'
import { Subscriptions } from './subscriptions'

/** From this revision on there is no such stream. */
const WITHOUT_STREAM = '2026-07-28'

/** The stream on which a client of an earlier revision is told what it subscribed to. Nothing else is ever said on it. */
export const streamRoute = mcpDoor(mcpStreamContract, async (request, principal, requestId) => {
  const sessionId = request.headers.get('mcp-session-id')
  if (sessionId === null || !mayFollow(request, principal)) {
    const why = 'GET takes the Mcp-Session-Id of a client, Accept: text/event-stream, and the right to read runs.'
    return refusalAnswer(request, new AppError('method_not_allowed', why), { Allow: 'POST' })
  }
  if (!handshakeOf(sessionId)) throw new AppError('not_found', 'This server gave no such session: initialize anew.')
  const subscriptions = new Subscriptions(principal, sessionId)
  const reply = streamReply({ principal, request, frames: (signal) => subscriptions.updates(signal) })
  return successAnswer(reply, 200, requestId)
})

function mayFollow({ method, headers }: Request, principal: Principal): boolean {
  return (
    method === 'GET' &&
    (headers.get('accept') ?? '').includes('text/event-stream') &&
    (headers.get('mcp-protocol-version') ?? '') < WITHOUT_STREAM &&
    refusal('run:read', principal) === null
  )
}

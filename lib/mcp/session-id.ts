import { randomUUID } from 'node:crypto'
import { z } from 'zod'

/** What a client said in its handshake that later requests need: which questions it can be asked. Anything else is dropped. */
const handshakeSchema = z.object({
  protocolVersion: z.string().max(20),
  capabilities: z.object({
    elicitation: z.object({ form: z.object({}).optional(), url: z.object({}).optional() }).optional(),
    sampling: z.object({ context: z.object({}).optional(), tools: z.object({}).optional() }).optional(),
    roots: z.object({}).optional(),
  }),
})
export type Handshake = z.infer<typeof handshakeSchema>

/**
 * The session id for a client, undefined where its handshake cannot be read. It holds the handshake itself, so nothing of
 * a session is kept here but what it subscribes to, and any process serves it. It says only what the client says of itself
 * and lets nobody in. The part before the dot makes it the client's own, for those who route by it.
 */
export function sessionIdOf(initializeParams: unknown): string | undefined {
  const { data } = handshakeSchema.safeParse(initializeParams)
  if (!data) return undefined
  return `${randomUUID()}.${Buffer.from(JSON.stringify(data)).toString('base64url')}`
}

/** The handshake that a session id holds; undefined where it is none of ours. */
export function handshakeOf(sessionId: string): Handshake | undefined {
  const [, encoded = ''] = sessionId.split('.')
  try {
    return handshakeSchema.parse(JSON.parse(Buffer.from(encoded, 'base64url').toString()))
  } catch {
    return undefined
  }
}

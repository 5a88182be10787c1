import { createHash } from 'node:crypto'
import type { Principal } from '../../auth/principal'
import { AppError } from '../../errors'
import type { Id } from '../../ids'
import { LIMITS } from '../../limits'
import { answerOnce as doOnce } from '../../usecases/answer-once'
import type { Answer } from './answer'

/** Longer keys are refused: a key is a name, not a document. */
const MAX_KEY_CHARS = LIMITS.idempotency_key.value

/** The caller's `Idempotency-Key`; null when there is none. Throws `invalid_request` for one that cannot be used. */
export function idempotencyKeyOf(request: Request): string | null {
  const key = request.headers.get('idempotency-key')
  if (key === null || (/^[\x21-\x7e]+$/.test(key) && key.length <= MAX_KEY_CHARS)) return key
  throw new AppError('invalid_request', `Idempotency-Key must be 1 to ${MAX_KEY_CHARS} printable characters.`, {
    errors: [{ path: 'headers.idempotency-key', message: 'not a usable key' }],
  })
}

/**
 * Answers a request that carries `Idempotency-Key`: the first success is kept and given again, marked with
 * `Idempotency-Replayed`. The same key with another body is refused; `operation` says what else a key belongs to.
 */
export async function answerOnce(
  request: { principal: Principal; operation: string; key: string; bytes: Uint8Array | undefined; requestId: string },
  answer: (id: Id) => Promise<Answer>,
): Promise<Answer> {
  const { principal, key, bytes, operation, requestId } = request
  const bodyHash = createHash('sha256')
    .update(bytes ?? '')
    .digest('hex')
  const claim = { teamId: principal.team.id, scope: operation, key, bodyHash }
  const { answer: stored, replayed } = await doOnce(claim, async (id) => {
    const { status, headers, body } = await answer(id)
    if (typeof body !== 'string') throw new Error('only a JSON answer can be kept for replay')
    return { status, headers, body }
  })
  const headers: Record<string, string> = { ...stored.headers, 'X-Request-ID': requestId }
  if (replayed) headers['Idempotency-Replayed'] = 'true'
  return { status: stored.status, headers, body: stored.body }
}

import { claimKey, completeKey, type KeyClaim, purgeKeys, releaseKey, type StoredAnswer } from '../db/idempotency'
import { processSingleton } from '../db/process'
import { AppError } from '../errors'
import type { Id } from '../ids'
import { log } from '../log'

const PURGE_EVERY_MS = 600_000

/**
 * Does `work` once for a key. The same key with the same body gets the first answer again; with another body it is
 * refused (`idempotency_mismatch`), and while the first is in progress too (`idempotency_in_progress`). Work that throws
 * frees its key. Keys are kept for 24 hours. `work` gets an id that is the same if a process dies and the request is sent
 * again: what it makes under this id is made once.
 */
export async function answerOnce(
  claim: KeyClaim,
  work: (id: Id) => Promise<StoredAnswer>,
): Promise<{ answer: StoredAnswer; replayed: boolean }> {
  purgeNowAndThen()
  const result = await claimKey(claim)
  if (result.type === 'taken') return { answer: answerOfTaken(result, claim), replayed: true }
  let answer: StoredAnswer
  try {
    answer = await work(result.id)
  } catch (error) {
    await releaseKey(result.id).catch((cause: unknown) =>
      log.warn({ err: cause }, 'an idempotency key was not released'),
    )
    throw error
  }
  await completeKey(result.id, answer)
  return { answer, replayed: false }
}

function answerOfTaken(taken: { bodyHash: string; answer: StoredAnswer | null }, claim: KeyClaim): StoredAnswer {
  if (taken.bodyHash !== claim.bodyHash) {
    throw new AppError('idempotency_mismatch', 'This Idempotency-Key was used with another body. Use a new key.')
  }
  if (taken.answer === null) {
    throw new AppError(
      'idempotency_in_progress',
      'A request with this Idempotency-Key is in progress. Try again soon.',
      {
        retryAfterSeconds: 1,
      },
    )
  }
  return taken.answer
}

/** Keys past their time go in the background, so no caller waits for it and nothing has to be scheduled. */
function purgeNowAndThen(): void {
  const last = processSingleton('idempotency-purge', () => ({ atMs: 0 }))
  const nowMs = Date.now()
  if (nowMs - last.atMs < PURGE_EVERY_MS) return
  last.atMs = nowMs
  purgeKeys().catch((error: unknown) => log.warn({ err: error }, 'old idempotency keys were not purged'))
}

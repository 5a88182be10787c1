import { type Id, newId } from '../ids'
import { LIMITS } from '../limits'
import { pool } from './client'
import { asEngine } from './team-context'

/** A key is remembered this long; afterwards the same key is a new request. */
const KEPT_HOURS = LIMITS.idempotency_kept.value
/** Longer than any request may take: an older claim without an answer belongs to a process that died. */
const ABANDONED_AFTER_MINUTES = 6

export interface KeyClaim {
  teamId: string
  /** Method, path and ids: the same key under another operation is another key. */
  scope: string
  key: string
  bodyHash: string
}

export interface StoredAnswer {
  status: number
  headers: Record<string, string>
  body: string
}

export type ClaimResult =
  /**
   * `id` is the same whenever the same request takes an abandoned claim over. What the request makes can be made under
   * this id, and then a request whose process died after making it does not make it twice.
   */
  { type: 'claimed'; id: Id } | { type: 'taken'; bodyHash: string; answer: StoredAnswer | null }

/**
 * Claims the key for one request. The unique index decides between any number of claims at once; the losers see the
 * winner's row, with its answer when there is one.
 */
export async function claimKey(claim: KeyClaim): Promise<ClaimResult> {
  for (;;) {
    const claimed = await pool().query<{ id: Id }>({
      name: 'idempotency-claim',
      text: `INSERT INTO idempotency_keys AS k (id, team_id, scope, key, body_hash)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (team_id, scope, key) DO UPDATE
               SET id = CASE WHEN k.status IS NULL AND k.body_hash = excluded.body_hash THEN k.id ELSE excluded.id END,
                   body_hash = excluded.body_hash, status = NULL, response = NULL, created_at = now()
               WHERE k.created_at < now() - make_interval(hours => ${KEPT_HOURS})
                  OR (k.status IS NULL AND k.created_at < now() - make_interval(mins => ${ABANDONED_AFTER_MINUTES}))
             RETURNING k.id`,
      values: [newId(), claim.teamId, claim.scope, claim.key, claim.bodyHash],
    })
    const id = claimed.rows[0]?.id
    if (id !== undefined) return { type: 'claimed', id }
    const existing = await pool().query<{ body_hash: string; response: StoredAnswer | null }>(
      'SELECT body_hash, response FROM idempotency_keys WHERE team_id = $1 AND scope = $2 AND key = $3',
      [claim.teamId, claim.scope, claim.key],
    )
    const row = existing.rows[0]
    if (row !== undefined) return { type: 'taken', bodyHash: row.body_hash, answer: row.response }
    // Released between the two statements: the next round claims it.
  }
}

/** Keeps the answer of a claimed key. */
export async function completeKey(id: string, answer: StoredAnswer): Promise<void> {
  await pool().query({
    name: 'idempotency-complete',
    text: 'UPDATE idempotency_keys SET status = $2, response = $3 WHERE id = $1',
    values: [id, answer.status, JSON.stringify(answer)],
  })
}

/** Frees a key whose request failed, so that the caller can try again with the same key. */
export async function releaseKey(id: string): Promise<void> {
  await pool().query('DELETE FROM idempotency_keys WHERE id = $1 AND status IS NULL', [id])
}

/** Deletes keys past their time, at most 5 000 at once. */
export async function purgeKeys(): Promise<void> {
  await asEngine(() =>
    pool().query(
      `DELETE FROM idempotency_keys WHERE id IN (
       SELECT id FROM idempotency_keys WHERE created_at < now() - make_interval(hours => ${KEPT_HOURS}) LIMIT 5000)`,
    ),
  )
}

import type { PoolClient } from 'pg'
import { pool } from './client'

/**
 * Runs `work` in one transaction on one connection: committed when it resolves, rolled back when it throws. Statements that
 * do not need each other's answers may be sent {@link together}: each still sees what those before it did. `atLast` takes one
 * that `work` does not wait for: the commit is sent right behind it, and happens only if it succeeds.
 */
export async function inTransaction<T>(
  work: (client: PoolClient, atLast: (statement: Promise<unknown>) => void) => Promise<T>,
): Promise<T> {
  const client = await pool().connect()
  try {
    const begun = client.query('BEGIN')
    const last: Promise<unknown>[] = []
    const atLast = (statement: Promise<unknown>) => {
      statement.catch(() => undefined) // it is looked at below
      last.push(statement)
    }
    const [, result] = await together(begun, work(client, atLast))
    await together(...last, client.query('COMMIT'))
    client.release()
    return result
  } catch (error) {
    // A connection that cannot even roll back is broken: it is thrown away rather than given to the next caller.
    const rolledBack = await client.query('ROLLBACK').then(
      () => true,
      () => false,
    )
    client.release(!rolledBack)
    throw error
  }
}

/** Waits for all answers, also when one of the statements failed: nothing of `work` is under way any more when it throws. */
export async function together<T extends readonly unknown[]>(
  ...statements: { [K in keyof T]: Promise<T[K]> }
): Promise<T> {
  const answers = await Promise.allSettled(statements)
  const failed = answers.find((answer) => answer.status === 'rejected')
  if (failed) throw failed.reason
  return answers.map((answer) => (answer as PromiseFulfilledResult<unknown>).value) as unknown as T // in their order
}

import { AsyncLocalStorage } from 'node:async_hooks'
import { isPassing } from '../db/reconnect'
import { log } from '../log'

/**
 * Errors that a node throws where nobody can catch them: in a timer, in an event of a socket, in a promise that it forgot.
 * They belong to the node whose call led there, and it fails with them; the process and its other runs go on.
 */
const owner = new AsyncLocalStorage<(error: unknown) => void>()

/** Runs `work` so that what it throws aside rejects the answer. */
export function owningStrayErrors<T>(work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    owner.run(reject, () => void work().then(resolve, reject))
  })
}

/**
 * For the process's handler of uncaught errors. True: go on. Either a node owns the error and fails with it unless it has
 * ended, or the database was away while a library asked it something and did not listen to the answer.
 */
export function claimStrayError(error: unknown): boolean {
  const reject = owner.getStore()
  if (reject === undefined && isPassing(error)) {
    log.warn({ err: String(error) }, 'the database was away and nobody waited for this answer')
    return true
  }
  if (reject === undefined) return false
  log.error({ err: error }, 'a node threw outside its own promise')
  reject(error)
  return true
}

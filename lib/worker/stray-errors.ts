import { AsyncLocalStorage } from 'node:async_hooks'
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

/** For the process's handler of uncaught errors: true when a node owns this one, which fails with it unless it has ended. */
export function claimStrayError(error: unknown): boolean {
  const reject = owner.getStore()
  if (reject === undefined) return false
  log.error({ err: error }, 'a node threw outside its own promise')
  reject(error)
  return true
}

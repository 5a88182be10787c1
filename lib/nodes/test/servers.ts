import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { EgressError } from '../egress-error'

/** Listens on a free port and gives it. */
export async function listen(server: Server, host: string): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  return (server.address() as AddressInfo).port
}

export async function close(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}

/** The EgressError that a call ends in; throws when it succeeds or fails otherwise. */
export async function egressFailure(promise: Promise<unknown>): Promise<EgressError> {
  return promise.then(
    (value) => {
      throw new Error(`gave ${String(value)}`)
    },
    (error) => {
      if (error instanceof EgressError) return error
      throw error
    },
  )
}

import { readCallbackToken } from '../callback-url'
import { hasEarlyCallback, resolveWait, submitCommands } from '../db/commands'
import { readRunPulse } from '../db/run-pulse'
import { readCallbackWait } from '../db/waits'
import { isTerminal } from '../engine/events'
import { AppError } from '../errors'

const caller = { actor: { kind: 'system', name: 'callback' }, userId: null } as const

/**
 * Takes the one call that a callback URL is good for. Before its node is reached the call is kept. Throws `not_found` for a
 * URL that is not ours, `conflict` when it was used or its time is over, `run_ended`.
 */
export async function receiveCallback(of: { token: string; data: unknown }) {
  const address = readCallbackToken(of.token)
  if (!address) throw new AppError('not_found', 'There is no such callback.')
  const { runId, nodeId, path } = address
  const pulse = await readRunPulse(runId)
  if (isTerminal(pulse.status))
    throw new AppError('run_ended', `The run has ended (${pulse.status}); nobody waits any more.`)
  const receipt = { run_id: runId, node_id: nodeId, path }
  const wait = await readCallbackWait(address)
  if (wait) {
    if (await resolveWait(wait, caller, { kind: 'callback', data: of.data })) return receipt
    throw used()
  }
  if (await hasEarlyCallback(address)) throw used()
  const kept = await submitCommands({ id: runId, teamId: pulse.teamId }, [
    { kind: 'callback', nodeId, path, data: of.data },
  ])
  if (!kept) throw new AppError('run_ended', 'The run has ended meanwhile; nobody waits any more.')
  return receipt
}

function used(): AppError {
  return new AppError(
    'conflict',
    'This callback was answered already, or its time is over. Each URL is good for one call.',
  )
}

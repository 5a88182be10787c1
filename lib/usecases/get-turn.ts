import type { Run } from '../api/contracts/runs'
import type { Principal } from '../auth/principal'
import { loadDefinition } from '../db/definitions'
import type { StoredPayload } from '../db/payloads'
import { findTurn } from '../db/run-reads'
import type { RunEvent } from '../engine/events'
import type { Id } from '../ids'
import { noSuchRun, presentRunTo } from './get-run'

export interface TurnEvent {
  event: RunEvent
  node_name: string | null
  /** Of the node that ended here. */
  output: { value: unknown } | { blob_id: Id; bytes: number } | null
}

/** A run with every event of its present turn. Throws `not_found`. */
export async function getTurn(of: { principal: Principal; runId: Id }): Promise<{ run: Run; events: TurnEvent[] }> {
  const turn = await findTurn({ teamId: of.principal.team.id, runId: of.runId })
  if (turn === undefined) throw noSuchRun()
  const definition = await loadDefinition(turn.run.definition_id)
  const names = new Map(definition.nodes.map((node) => [node.id, node.name]))
  return {
    run: await presentRunTo(of.principal, turn.run, definition),
    events: turn.events.map(({ event, output }) => ({
      event,
      node_name: 'node_id' in event && event.node_id !== undefined ? (names.get(event.node_id) ?? event.node_id) : null,
      output: outputOf(output),
    })),
  }
}

function outputOf(stored: StoredPayload | null): TurnEvent['output'] {
  if (stored === null) return null
  return 'blob' in stored ? { blob_id: stored.blob, bytes: stored.bytes } : { value: stored.value }
}

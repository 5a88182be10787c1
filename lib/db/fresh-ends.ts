import type { Checkpoint } from './checkpoints'
import { processSingleton } from './process'
import type { RunDetailRow } from './run-reads'

/** What only the statement that made the run could say of it. */
export interface BirthNames {
  workflowName: string
  versionNumber: number | null
  versionLabel: string | null
  endedAt: Date
}

const MAX_KEPT = 256
const MAX_BYTES = 16 * 1024

/**
 * Runs that one commit of this process has made and completed, a moment ago, as reading them would answer: whoever started
 * one and waits for it asks at once, and is spared the read. A completed run never changes. Each is answered from here once.
 */
const kept = () => processSingleton('fresh-ends', () => new Map<string, RunDetailRow & { team_id: string }>())

/** Keeps what the checkpoint has stored, if it made and completed a run and the values are small. */
export function keepFreshEnd(item: Checkpoint, names: BirthNames): void {
  const { birth, ended } = item
  if (!birth || !ended || item.status !== 'completed' || birth.parentRunId !== undefined) return
  const last = item.events.at(-1)
  if (last?.type !== 'run_completed' || last.output_bytes + JSON.stringify(birth.input ?? null).length > MAX_BYTES)
    return
  const ends = kept()
  ends.set(item.runId, {
    team_id: item.teamId,
    id: item.runId,
    workflow_id: item.workflowId,
    workflow_name: names.workflowName,
    version_number: names.versionNumber,
    version_label: names.versionLabel,
    status: item.status,
    trigger: birth.trigger,
    run_by: birth.runBy,
    waiting_for: null,
    error_reason: null,
    error_summary: null,
    turn: item.turn,
    last_seq: item.events.length,
    tokens: item.tokens,
    cost_usd: String(item.costUsd),
    created_at: birth.createdAt,
    started_at: birth.createdAt,
    ended_at: names.endedAt,
    parent_run_id: null,
    source_run_id: null,
    agent_id: birth.agentId ?? null,
    labels: [...(birth.labels ?? [])],
    definition_id: birth.definitionId,
    input: birth.input,
    variables: birth.variables,
    output: ended.output,
    error_node_id: null,
    error: null,
    waits: [],
    ratings: null,
  })
  const oldest = ends.size > MAX_KEPT ? ends.keys().next().value : undefined
  if (oldest !== undefined) ends.delete(oldest)
}

/** The run, if it is kept; it is kept no longer. */
export function takeFreshEnd(of: { teamId: string; runId: string }): RunDetailRow | undefined {
  const ends = kept()
  const found = ends.get(of.runId)
  if (found?.team_id !== of.teamId) return undefined
  ends.delete(of.runId)
  return found
}

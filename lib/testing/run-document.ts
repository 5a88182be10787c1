import type { Run } from '../api/contracts/runs'
import { newId } from '../ids'

const at = '2026-02-01T10:00:00.000Z'

/** A run as the API answers it: completed, with nothing special about it but what `change` says. */
export function aRun(change: Partial<Run> = {}): Run {
  const id = change.id ?? newId()
  return {
    id,
    workflow_id: newId(),
    workflow_name: 'W',
    version: { number: 0, label: '0' },
    status: 'completed',
    trigger: 'api',
    run_by: 'me',
    waiting_for: null,
    error_reason: null,
    error_summary: null,
    turn: 1,
    last_seq: 9,
    tokens: 0,
    cost_usd: 0,
    parent_run_id: null,
    source_run_id: null,
    agent_id: null,
    labels: [],
    created_at: at,
    started_at: at,
    ended_at: at,
    link_url: `http://localhost/runs/${id}`,
    input: {},
    dynamic_variables: {},
    runtime_variables: {},
    parameters: {},
    budget: null,
    usage: {
      calls: 0,
      input_tokens: 0,
      output_tokens: 0,
      total_tokens: 0,
      cost_usd: 0,
      latency_ms: 0,
      average_latency_ms: null,
      by_model: [],
      by_provider: [],
    },
    output: { ok: true },
    output_ref: null,
    error: null,
    error_node_id: null,
    waits: [],
    rating: { up: 0, down: 0, mine: null },
    evaluation: null,
    ...change,
  }
}

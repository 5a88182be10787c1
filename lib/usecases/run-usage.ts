import type { Usage } from '../api/contracts/runs'
import type { RunDetailRow } from '../db/run-reads'
import { type ModelUsageRow, readRunUsage } from '../db/run-usage'
import type { WorkflowDefinition } from '../workflow/document'

/** What a run has called. Most runs call no model and have no sub-workflow: they are spared the question. */
export async function callsOf(
  row: Pick<RunDetailRow, 'id' | 'tokens' | 'ended_at'>,
  definition: WorkflowDefinition,
): Promise<ModelUsageRow[]> {
  const mayHave = row.tokens > 0 || (row.ended_at === null && definition.nodes.some(({ type }) => type === 'workflow'))
  return mayHave ? readRunUsage(row.id) : []
}

type Counts = Omit<ModelUsageRow, 'provider' | 'model'>

/** Totals of what a run used of models, and what each model and provider has in them. */
export function presentUsage(rows: readonly ModelUsageRow[]): Usage {
  const providers = new Map<string, ModelUsageRow[]>()
  for (const row of rows) providers.set(row.provider, [...(providers.get(row.provider) ?? []), row])
  return Object.assign(counts(total(rows)), {
    by_model: rows.map(({ provider, model, ...row }) => ({ provider, model, ...counts(row) })),
    by_provider: Array.from(providers, ([provider, own]) => ({ provider, ...counts(total(own)) })),
  })
}

function total(rows: readonly ModelUsageRow[]): Counts {
  const none: Counts = { calls: 0, inputTokens: 0, outputTokens: 0, latencyMs: 0, costUsd: 0 }
  return rows.reduce<Counts>(
    (sum, row) => ({
      calls: sum.calls + row.calls,
      inputTokens: sum.inputTokens + row.inputTokens,
      outputTokens: sum.outputTokens + row.outputTokens,
      latencyMs: sum.latencyMs + row.latencyMs,
      costUsd: sum.costUsd === null || row.costUsd === null ? null : sum.costUsd + row.costUsd,
    }),
    none,
  )
}

function counts({ calls, inputTokens, outputTokens, latencyMs, costUsd }: Counts) {
  return {
    calls,
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    cost_usd: costUsd,
    latency_ms: latencyMs,
    average_latency_ms: calls === 0 ? null : latencyMs / calls,
  }
}

import type { RunEstimate } from '../api/contracts/plan'
import { loadDefinition } from '../db/definitions'
import { type RunSample, readBusySeconds, readRunSamples } from '../db/run-history'
import type { Id } from '../ids'
import { nodeType } from '../nodes/registry'
import type { WorkflowDefinition } from '../workflow/document'

/** Completed runs looked at, the newest. */
const MAX_SAMPLES = 100
/** With fewer runs of this very definition, runs of other versions say more. */
const ENOUGH = 5

/** What a run may cost, from runs of the workflow that completed; never from a guess. Reads only. */
export async function estimateRun(of: {
  teamId: Id
  workflowId: Id
  /** null: a draft, which nothing has run yet as far as is known. */
  definitionId: Id | null
  definition: WorkflowDefinition
}): Promise<RunEstimate> {
  const samples = await readRunSamples({ teamId: of.teamId, workflowId: of.workflowId, limit: MAX_SAMPLES })
  const own = samples.filter((sample) => sample.definitionId === of.definitionId)
  const isOwn = own.length > 0 && (own.length >= ENOUGH || own.length === samples.length)
  const chosen = isOwn ? own : samples
  const source = chosen.length === 0 ? 'none' : isOwn ? 'this_version' : 'this_workflow'
  const isFree = !of.definition.nodes.some((node) => node.type === 'llm' || node.type === 'workflow')
  const nothing = { p50: 0, p95: 0 }
  const usd = chosen.flatMap((sample) => (sample.usd === null ? [] : [sample.usd]))
  return {
    tokens: isFree ? nothing : quantilesOf(chosen.map((sample) => sample.tokens)),
    usd: isFree ? nothing : usd.length === chosen.length ? quantilesOf(usd) : null,
    seconds: quantilesOf(await secondsOf(chosen)),
    basis: {
      source,
      runs: chosen.length,
      note: noteOf(source, chosen.length, { isFree, isPriced: usd.length === chosen.length }),
    },
  }
}

async function secondsOf(samples: readonly RunSample[]): Promise<number[]> {
  if (samples.length === 0) return []
  const definitions = await Promise.all([...new Set(samples.map((sample) => sample.definitionId))].map(loadDefinition))
  const containers = definitions.flatMap(({ nodes }) =>
    nodes.flatMap((node) => (nodeType(node.type)?.kind === 'container' ? [node.id] : [])),
  )
  const seconds = await readBusySeconds(
    samples.map((sample) => sample.id),
    [...new Set(containers)],
  )
  return samples.map((sample) => seconds.get(sample.id) ?? 0)
}

/** Nearest rank: every number of an estimate is one that really occurred. */
function quantilesOf(values: readonly number[]): { p50: number; p95: number } | null {
  if (values.length === 0) return null
  const sorted = [...values].sort((a, b) => a - b)
  const at = (part: number) => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0
  return { p50: at(0.5), p95: at(0.95) }
}

function noteOf(
  source: RunEstimate['basis']['source'],
  runs: number,
  { isFree, isPriced }: { isFree: boolean; isPriced: boolean },
): string {
  const these = runs === 1 ? 'the one completed run' : `the last ${runs} completed runs`
  const rests = {
    none: 'No run of this workflow has completed yet, so nothing is known of its time.',
    this_version: `Rests on ${these} of exactly this definition.`,
    this_workflow: `Rests on ${these} of this workflow, in whatever version.`,
  }
  const models = isFree
    ? ' It calls no model.'
    : source === 'none'
      ? ' What its models will use is not known either.'
      : isPriced
        ? ''
        : ' Some of these runs called a model whose price is not known.'
  return `${rests[source]}${models}`
}

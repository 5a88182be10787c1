import type { ComparedNode, RunComparison } from '../api/contracts/run-compare'
import type { Principal } from '../auth/principal'
import { loadDefinition } from '../db/definitions'
import type { StoredPayload } from '../db/payloads'
import { type ComparedNodeRow, type ComparedPair, readPairs } from '../db/run-comparison'
import { findRun, type RunDetailRow } from '../db/run-reads'
import { canonicalJson } from '../engine/canonical-json'
import { AppError } from '../errors'
import type { Id } from '../ids'
import { diffDefinitions } from '../workflow/diff'
import { diffValues } from '../workflow/diff-values'
import { presentRunSummary } from './present-run'

const MAX_NODES = 1_000

/** Where run `b` went another way than run `a`. Throws `not_found` naming the one that is not there. */
export async function compareRuns(of: { principal: Principal; a: Id; b: Id }): Promise<RunComparison> {
  const teamId = of.principal.team.id
  const [a, b] = [await requireRun(teamId, of.a, 'a'), await requireRun(teamId, of.b, 'b')]
  const [before, after] = [await loadDefinition(a.definition_id), await loadDefinition(b.definition_id)]
  const names = new Map([...before.nodes, ...after.nodes].map(({ id, name }) => [id, name]))
  const nodes: ComparedNode[] = []
  let truncated = false
  for await (const pair of readPairs({ teamId, a: a.id, b: b.id })) {
    truncated = nodes.length === MAX_NODES
    if (truncated) break
    nodes.push(comparedNode(pair, names))
  }
  const changes = diffDefinitions(before, after)
  return {
    a: presentRunSummary(a),
    b: presentRunSummary(b),
    input: diffValues(a.input, b.input),
    output: diffPayloads(a.output, b.output),
    definition: { same: changes.every(({ kind }) => kind === 'moved'), changes },
    nodes,
    truncated,
    first_divergence: firstDivergence(nodes, a, b),
  }
}

async function requireRun(teamId: Id, runId: Id, name: 'a' | 'b'): Promise<RunDetailRow> {
  const row = await findRun({ teamId, runId })
  if (row !== undefined) return row
  const errors = [{ path: `query.${name}`, message: 'no such run' }]
  throw new AppError('not_found', `query.${name}: there is no such run.`, { errors })
}

function comparedNode({ node_key, a, b }: ComparedPair, names: ReadonlyMap<string, string>): ComparedNode {
  const { node_id, path } = b ?? a ?? { node_id: node_key, path: [] }
  const about = { node_key, node_id, node_name: names.get(node_id) ?? node_id, path, a: sideOf(a), b: sideOf(b) }
  if (a === null || b === null) {
    return { ...about, verdict: b === null ? 'only_a' : 'only_b', changed: [], input: null, output: null }
  }
  const [input, output] = [diffPayloads(a.input, b.input), diffPayloads(a.output, b.output)]
  const differs = {
    status: a.status !== b.status,
    input: input.same === false,
    output: output.same === false,
    error: canonicalJson(a.error) !== canonicalJson(b.error),
  }
  const changed = (['status', 'input', 'output', 'error'] as const).filter((what) => differs[what])
  return { ...about, verdict: changed.length > 0 ? 'changed' : 'same', changed, input, output }
}

function sideOf(row: ComparedNodeRow | null): ComparedNode['a'] {
  if (row === null) return null
  const calls = row.usage ?? []
  const [started, ended] = [row.started_at, row.ended_at].map((at) => (at === null ? null : new Date(at)))
  return {
    status: row.status,
    attempts: row.attempt,
    duration_ms: started && ended ? ended.getTime() - started.getTime() : null,
    tokens: calls.reduce((sum, call) => sum + call.input_tokens + call.output_tokens, 0),
    cost_usd: calls.reduce((sum, call) => sum + (call.cost_usd ?? 0), 0),
    error: row.error,
    started_at: started?.toISOString() ?? null,
  }
}

/** Values that are kept apart are told apart by their length only: reading them could take as long as the runs did. */
function diffPayloads(a: StoredPayload | null, b: StoredPayload | null): RunComparison['output'] {
  const [old, now] = [a ?? { value: null }, b ?? { value: null }]
  if ('value' in old && 'value' in now) return diffValues(old.value, now.value)
  const isAsLong = 'bytes' in old && 'bytes' in now && old.bytes === now.bytes
  return { same: isAsLong ? null : false, changes: [], more: 0 }
}

/** By how long after the beginning of its run a node began, in whichever run it did first. */
function firstDivergence(nodes: readonly ComparedNode[], a: RunDetailRow, b: RunDetailRow): string | null {
  const after = (side: ComparedNode['a'], run: RunDetailRow) =>
    side?.started_at ? Date.parse(side.started_at) - run.created_at.getTime() : Number.POSITIVE_INFINITY
  const began = (node: ComparedNode) => Math.min(after(node.a, a), after(node.b, b))
  const [first] = nodes.filter(({ verdict }) => verdict !== 'same').sort((x, y) => began(x) - began(y))
  return first?.node_key ?? null
}

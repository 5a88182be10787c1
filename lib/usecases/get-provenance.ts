import { requirePermission } from '../auth/authorize'
import type { Principal } from '../auth/principal'
import { loadDefinition } from '../db/definitions'
import { readLog } from '../db/events'
import { hashOf } from '../db/json-hash'
import { decodePayload } from '../db/payloads'
import { findRun, type RunDetailRow } from '../db/run-reads'
import { readStepPayloads } from '../db/step-payloads'
import { applyEvent } from '../engine/apply-event'
import { nodeKey } from '../engine/events'
import { compile, type Plan } from '../engine/graph'
import { initialState } from '../engine/state'
import type { Id } from '../ids'
import { noSuchRun } from './get-run'
import { Chain, PROVENANCE_ALGORITHM, type ProvenanceStep } from './provenance-chain'

/** Steps whose payloads are in memory at the same time. */
const BATCH = 20

/**
 * The provenance of a run as JSON text, piece by piece: a run may have tens of thousands of steps, and `payloads` brings
 * every input and output along, those kept apart too. Throws `not_found` before the first piece.
 */
export async function getProvenance(of: {
  principal: Principal
  runId: Id
  payloads: boolean
}): Promise<AsyncGenerator<string, void, undefined>> {
  const { principal, runId, payloads } = of
  requirePermission(principal, 'run:read')
  const run = await findRun({ teamId: principal.team.id, runId })
  if (run === undefined) throw noSuchRun()
  return write(run, payloads)
}

async function* write(run: RunDetailRow, payloads: boolean): AsyncGenerator<string, void, undefined> {
  const definition = await loadDefinition(run.definition_id)
  const chain = new Chain()
  const with_ = (values: Record<string, unknown>) => (payloads ? values : {})
  const head = chain.begin({
    run_id: run.id,
    workflow_id: run.workflow_id,
    version_number: run.version_number,
    definition_hash: hashOf(definition),
    input_hash: hashOf(run.input),
    created_at: run.created_at.toISOString(),
  })
  const first = { ...head, ...with_({ definition, input: run.input }) }
  yield `{"algorithm":${JSON.stringify(PROVENANCE_ALGORITHM)},"run":${JSON.stringify(first)},"steps":[`
  let count = 0
  for await (const batch of inBatches(finishedSteps(compile(definition).plan, run))) {
    const found = await readStepPayloads(
      run.id,
      batch.map((step) => step.node_key),
    )
    for (const step of batch) {
      const { input, output, error } = await valuesOf(found.get(step.node_key))
      const came = step.status === 'failed' ? { error } : output
      const linked = chain.add({ ...step, input_hash: hashOf(input), output_hash: hashOf(came) })
      yield `${count === 0 ? '' : ','}${JSON.stringify({ ...linked, ...with_({ input, output: came }) })}`
      count += 1
    }
  }
  const output = await decodePayload(run.output)
  const end = chain.add({
    status: run.status,
    steps: count,
    output_hash: hashOf(output),
    at: run.ended_at?.toISOString() ?? null,
  })
  yield `],"end":${JSON.stringify({ ...end, ...with_({ output }) })}}`
}

type Payloads = Awaited<ReturnType<typeof readStepPayloads>> extends Map<string, infer Row> ? Row : never

async function valuesOf(row: Payloads | undefined) {
  if (row === undefined) return { input: null, output: null, error: null }
  return { input: await decodePayload(row.input), output: await decodePayload(row.output), error: row.error }
}

type Finished = Omit<ProvenanceStep, 'input_hash' | 'output_hash'>

/** Steps in the order in which they finished, by playing the log that stood when the run was read. */
async function* finishedSteps(plan: Plan, run: RunDetailRow): AsyncGenerator<Finished> {
  const state = initialState(plan)
  const told = new Set<string>()
  for await (const event of readLog(run.id)) {
    if (event.seq > run.last_seq) return
    applyEvent(plan, state, event)
    if (!('path' in event)) continue
    const key = nodeKey(event.path, event.node_id)
    const node = state.nodes.get(key)
    if (node === undefined || told.has(key)) continue
    if (node.status !== 'succeeded' && node.status !== 'failed') continue
    told.add(key)
    yield {
      seq: event.seq,
      node_key: key,
      node_id: event.node_id,
      status: node.status,
      attempt: node.attempt,
      reused: node.reused === true,
      at: event.at,
    }
  }
}

async function* inBatches<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item[]> {
  let batch: Item[] = []
  for await (const item of items) {
    batch.push(item)
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

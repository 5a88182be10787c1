import type { Run } from '../api/contracts/runs'
import type { Principal } from '../auth/principal'
import { loadDefinition } from '../db/definitions'
import { findRunHead } from '../db/run-reads'
import { readSteps, type StepRow } from '../db/run-steps'
import { compile } from '../engine/graph'
import type { Id } from '../ids'
import { dependencyOrder } from '../workflow/dependency-order'
import type { WorkflowDefinition } from '../workflow/document'
import { getRun, noSuchRun } from './get-run'

export interface ExecutionNode {
  id: string
  type: string
  /** Undefined: it has not begun. */
  step: StepRow | undefined
}

/** A run with its nodes in dependency order. Throws `not_found` when it is not one of this workflow and team. */
export async function getExecution(of: {
  principal: Principal
  workflowId: Id
  runId: Id
}): Promise<{ run: Run; nodes: ExecutionNode[] }> {
  const { principal, workflowId, runId } = of
  const teamId = principal.team.id
  const head = await findRunHead({ teamId, runId })
  if (head === undefined || head.workflow_id !== workflowId) throw noSuchRun()
  // The run first: a run that is told as ended has its last steps told too.
  const run = await getRun({ principal, runId })
  const steps = await readSteps({ teamId, runId })
  return { run, nodes: inOrder(await loadDefinition(head.definition_id), steps) }
}

function inOrder(definition: WorkflowDefinition, steps: ReadonlyMap<string, StepRow>): ExecutionNode[] {
  const types = new Map(definition.nodes.map((node) => [node.id, node.type]))
  return dependencyOrder(definition, compile(definition).plan).map(({ id }) => ({
    id,
    type: types.get(id) ?? '',
    step: steps.get(id),
  }))
}

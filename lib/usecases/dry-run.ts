import type { DryRun, PlannedNode, RunPlan } from '../api/contracts/plan'
import { requirePermission } from '../auth/authorize'
import type { Principal } from '../auth/principal'
import { findDraft } from '../db/workflow-reads'
import { loadRunnable, noSuchWorkflow } from '../db/workflows'
import { compile } from '../engine/graph'
import { AppError } from '../errors'
import type { Id } from '../ids'
import { nodeType } from '../nodes/registry'
import { dependencyOrder, portsOf } from '../workflow/dependency-order'
import type { WorkflowDefinition } from '../workflow/document'
import { validateDefinition } from '../workflow/validate'
import { acceptStart, type GivenStart } from './accept-start'
import { estimateRun } from './estimate-run'

export interface DryRunOptions extends GivenStart {
  principal: Principal
  workflowId: Id
  /** Absent: the active version. */
  version?: number | undefined
  /** The draft as it is now. */
  draft?: boolean | undefined
}

/**
 * What a run would do and may cost. Refuses whatever a start would refuse of what it is given; makes no row, calls nothing
 * and charges nothing. Throws like `startRun`, but for limits of runs at once, which may be free by the time of a start.
 */
export async function dryRun(options: DryRunOptions): Promise<DryRun> {
  const { principal, workflowId } = options
  requirePermission(principal, 'workflow:execute')
  const found = options.draft ? await findDraftToRun(options) : await findVersion(options)
  const { definition } = acceptStart(found.definition, options)
  const [plan, estimate] = [
    planOf(workflowId, definition, found.version),
    await estimateRun({ teamId: principal.team.id, workflowId, definitionId: found.definitionId, definition }),
  ]
  return { dry_run: true, plan, estimate }
}

interface Found {
  definition: WorkflowDefinition
  definitionId: Id | null
  version: RunPlan['version']
}

async function findVersion(options: DryRunOptions): Promise<Found> {
  const { principal, workflowId, version } = options
  const teamId = principal.team.id
  const { definition, definitionId, versionNumber, label } = await loadRunnable({
    teamId,
    workflowId,
    ...(version === undefined ? {} : { version }),
  })
  return {
    definition,
    definitionId,
    version: versionNumber === null || label === null ? null : { number: versionNumber, label },
  }
}

/** Read as it stands: a start would store the draft's definition, a dry run stores nothing. */
async function findDraftToRun({ principal, workflowId }: DryRunOptions): Promise<Found> {
  const row = await findDraft({ teamId: principal.team.id, workflowId })
  if (row === undefined) throw noSuchWorkflow()
  const { definition, problems } = validateDefinition(row.draft)
  const errors = problems.filter((problem) => problem.severity === 'error')
  if (errors.length === 0 && definition) return { definition, definitionId: null, version: null }
  throw new AppError('invalid_definition', `The draft cannot run: ${errors[0]?.message}`, {
    errors: errors.map(({ path, message }) => ({ path, message })),
  })
}

const WAITS: Record<string, PlannedNode['waits_for']> = {
  approval: 'approval',
  input: 'input',
  callback: 'callback',
  delay: 'time',
  workflow: 'run',
}

/** The plan of a definition, computed from it alone. */
export function planOf(workflowId: Id, definition: WorkflowDefinition, version: RunPlan['version']): RunPlan {
  const { plan } = compile(definition)
  const stored = new Map(definition.nodes.map((node) => [node.id, node]))
  const nodes = dependencyOrder(definition, plan).flatMap(({ id, dependsOn, certain, repeats }): PlannedNode[] => {
    const node = stored.get(id)
    if (node === undefined) return []
    const ports = portsOf(node)
    return [
      {
        node_id: id,
        node_name: node.name,
        action: node.type,
        depends_on: dependsOn,
        certain,
        branches: ports.length > 1 ? ports : null,
        side_effect: nodeType(node.type)?.sideEffect === true,
        waits_for: WAITS[node.type] ?? null,
        container: node.type === 'forEach' || node.type === 'while' ? node.type : null,
        inside: plan.nodes.get(id)?.containers.at(-1) ?? null,
        repeats,
        disabled: node.disabled === true,
      },
    ]
  })
  const idsOf = (which: (node: PlannedNode) => boolean) => nodes.filter(which).map((node) => node.node_id)
  return {
    workflow_id: workflowId,
    version,
    nodes,
    side_effects: idsOf((node) => node.side_effect && !node.disabled),
    waits: idsOf((node) => node.waits_for !== null && !node.disabled),
    uncertain: idsOf((node) => !node.certain),
  }
}

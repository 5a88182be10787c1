import { isTerminal } from '../../engine/events'
import { type Id, requireId, toOrchestration } from '../../ids'
import type { Execution, ExecutionStep, OrchestrationBody } from '../contracts/execute-orchestration'
import type { DryRun } from '../contracts/plan'
import type { Run } from '../contracts/runs'
import { endCode, executeStatus, executionStatus } from './status'

/** The *orchestration* dialect: run a published graph, asynchronously. A pure pair, request → command and run → response. */

export interface OrchestrationCommand {
  agentId: Id | undefined
  input: unknown
  parameters: Record<string, unknown> | undefined
  dryRun: boolean
}

/** Throws `invalid_id` (400) for a malformed agent_id. */
export function orchestrationCommand(body: OrchestrationBody): OrchestrationCommand {
  const { agent_id, input, parameters, dry_run } = body
  return {
    agentId: agent_id === undefined || agent_id === null ? undefined : requireId(agent_id, 'agent_id'),
    input,
    parameters: parameters ?? undefined,
    dryRun: dry_run === true,
  }
}

/** A node of a run and what it came to. `step` undefined: it has not begun. */
export interface StepParts {
  id: string
  type: string
  step:
    | {
        status: 'running' | 'waiting' | 'succeeded' | 'failed' | 'cancelled'
        output: { value: unknown } | { blob: Id; bytes: number } | null
        error: { code: string; message: string } | null
      }
    | undefined
}

/** A run as orchestration clients read it: in answer to a start (`execute`), or later. */
export function execution(parts: { run: Run; nodes: readonly StepParts[] }, as: 'execute' | 'execution'): Execution {
  const { run, nodes } = parts
  const code = endCode(run)
  return {
    run_id: toOrchestration(run.id),
    execution_id: run.id,
    workflow_id: run.workflow_id,
    workflow_version: run.version?.label ?? null,
    agent_id: run.agent_id,
    status: as === 'execute' ? executeStatus(run.status) : executionStatus(run.status),
    steps: nodes.map((node) => stepOf(run, node)),
    error:
      code === null ? null : { code, message: run.error_summary ?? run.error?.message ?? 'The run did not complete.' },
    created_at: run.created_at,
    started_at: run.started_at,
    ended_at: run.ended_at,
    link_url: run.link_url,
    dry_run: false,
  }
}

/** The answer to a start that is not waited for: the run goes on, however far it has come in this very moment. */
export function startedExecution(parts: { run: Run; nodes: readonly StepParts[] }): Execution {
  const { run, nodes } = parts
  const going: Run = { ...run, status: 'running', ended_at: null }
  return execution({ run: going, nodes: nodes.map((node) => ({ ...node, step: undefined })) }, 'execute')
}

/** A dry run as orchestration clients read it: everything planned, no run. */
export function plannedExecution(agentId: Id, { plan, estimate }: DryRun): Execution {
  return {
    run_id: null,
    execution_id: null,
    workflow_id: plan.workflow_id,
    workflow_version: plan.version?.label ?? null,
    agent_id: agentId,
    status: 'pending',
    steps: plan.nodes.map(({ node_id, action }) => ({
      node_id,
      action,
      agent_id: agentId,
      status: 'planned',
      result: null,
    })),
    error: null,
    created_at: null,
    started_at: null,
    ended_at: null,
    link_url: null,
    dry_run: true,
    plan,
    estimate,
  }
}

const STEP_STATUS = {
  running: 'running',
  waiting: 'waiting',
  succeeded: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
} as const

function stepOf(run: Run, { id, type, step }: StepParts): ExecutionStep {
  const base = { node_id: id, action: type, agent_id: run.agent_id }
  if (step === undefined || run.status === 'skipped') {
    return { ...base, status: isTerminal(run.status) ? 'skipped' : 'pending', result: null }
  }
  const { output, error } = step
  const value = output === null ? null : 'blob' in output ? { blob_id: output.blob, bytes: output.bytes } : output.value
  return {
    ...base,
    status: STEP_STATUS[step.status],
    result: step.status === 'failed' ? { error } : step.status === 'succeeded' ? value : null,
  }
}

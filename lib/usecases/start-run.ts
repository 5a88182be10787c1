import { requirePermission } from '../auth/authorize'
import type { Principal } from '../auth/principal'
import { findRunHead } from '../db/run-reads'
import type { NewRun } from '../db/runs'
import { loadRunnable, type Runnable } from '../db/workflows'
import type { Actor, RunStatus } from '../engine/events'
import { type Budget, smallerBudget } from '../engine/limits'
import { AppError } from '../errors'
import { type Id, newId } from '../ids'
import { validateDefinition } from '../workflow/validate'
import { acceptStart, type GivenStart } from './accept-start'
import { actorOf } from './actor-of'
import { insertQueued, reservePlace } from './reserve-place'

export interface StartRun extends GivenStart {
  principal: Principal
  workflowId: Id
  runtimeVariables?: Record<string, unknown>
  miscellaneous?: Record<string, unknown>
  /** What the run may use of models; the smaller of this and what the workflow allows holds. */
  budget?: Budget
  /** Absent: the active version. */
  version?: number
  /** Run the draft as it is now. */
  draft?: boolean
  /** A workflow that never had a version runs as its draft is, whatever `version` says. */
  draftIfUnversioned?: boolean
  runBy?: string
  /** Who executes it; the caller has found it in the team. */
  agentId?: Id
  /** What the caller says of it, to find it again. */
  labels?: readonly string[]
  /** `api`, `browser`, `mcp` … */
  trigger: string
  /** Make the run under this id, once: when it is there already, it is the answer. */
  runId?: Id
}

export interface StartedRun {
  runId: Id
  /** When the worker of this process has it: resolves when it lets the run go, with the status it then has; null: it was lost. */
  rest?: Promise<RunStatus | null>
}

/**
 * Starts a run and answers its id once it is durable. Throws `not_found`, `workflow_not_published`, `invalid_inputs` naming
 * the field, `invalid_definition` for a draft with errors, `limit_reached`, `validation_failed` for parameters,
 * `concurrency_limit` naming the level for a
 * workflow that rejects over its limit, `queue_full`.
 */
export async function startRun(options: StartRun): Promise<StartedRun> {
  const { principal } = options
  requirePermission(principal, 'workflow:execute')
  // One id for all attempts: an attempt that was made although nobody could say so is found, never made twice.
  const runId = options.runId ?? newId()
  // A workflow that is published, deleted or archived between look-up and insert is looked up again; twice is bad luck.
  for (let turn = 0; turn < 4; turn++) {
    const { runnable, isCached } = await findRunnable(options, turn === 0)
    const started = await make(options, runnable, runId).catch((error: unknown) => {
      // A remembered version may be an old one that asks for another input: only the present one may refuse.
      if (isCached && error instanceof AppError) return null
      throw error
    })
    if (started) return started
    if (await isThere(principal.team.id, runId)) return { runId }
    forget(principal.team.id, options.workflowId)
    if (!isCached && options.draft) break
  }
  throw new AppError('conflict', 'The workflow is being published or deleted at this very moment; try again.')
}

async function isThere(teamId: Id, runId: Id): Promise<boolean> {
  return (await findRunHead({ teamId, runId })) !== undefined
}

/** A worker here that has a place makes the run as it begins it; otherwise it is made first and queued. Null: not made. */
async function make(options: StartRun, runnable: Runnable, runId: Id): Promise<StartedRun | null> {
  const run = newRun(options, runnable, runId)
  const reserved = await reservePlace(run, runnable.definition.settings.onLimit)
  if (reserved === null) return (await insertQueued(run)) ? { runId } : null
  const begun = reserved.worker.begin(run, reserved.place)
  return (await begun.made) ? { runId, rest: begun.rest } : null
}

function newRun(options: StartRun, runnable: Runnable, id: Id): NewRun {
  const { principal } = options
  const isActive = options.version === undefined && !options.draft
  return {
    id,
    teamId: principal.team.id,
    workflowId: runnable.workflowId,
    versionId: runnable.versionId,
    definitionId: runnable.definitionId,
    requireActiveVersionId: isActive ? runnable.versionId : null,
    trigger: options.trigger,
    runBy: options.runBy ?? principal.name,
    userId: principal.kind === 'api_key' ? null : principal.userId,
    apiKeyId: principal.kind === 'api_key' ? principal.id : null,
    agentId: options.agentId,
    labels: options.labels,
    input: acceptStart(runnable.definition, options).input,
    variables: {
      dynamic: options.dynamicVariables ?? {},
      runtime: options.runtimeVariables ?? {},
      miscellaneous: options.miscellaneous ?? {},
      parameters: options.parameters ?? {},
      ...budgetOf(runnable, options.budget),
    },
    event: startedEvent(actorOf(principal), options.trigger, runnable.versionNumber),
    owner: null,
    timeoutMs: runnable.definition.settings.timeoutMs ?? null,
    workflowCap: runnable.definition.settings.maxConcurrentRuns ?? null,
  }
}

function budgetOf(runnable: Runnable, asked: Budget | undefined): { budget?: Budget } {
  const budget = smallerBudget(runnable.definition.settings.budget, asked)
  return budget ? { budget } : {}
}

function startedEvent(actor: Actor, trigger: string, versionNumber: number | null) {
  return { type: 'run_started', actor, trigger, version_number: versionNumber } as const
}

const CACHE_LIMIT = 500
/** Active versions by team and workflow. Never trusted: the insert itself checks that the version is still the active one. */
const active = new Map<string, Runnable>()

function forget(teamId: Id, workflowId: Id): void {
  active.delete(`${teamId}/${workflowId}`)
}

async function findRunnable(options: StartRun, mayCache: boolean): Promise<{ runnable: Runnable; isCached: boolean }> {
  const teamId = options.principal.team.id
  const isActive = options.version === undefined && !options.draft
  const key = `${teamId}/${options.workflowId}`
  const cached = isActive && mayCache ? active.get(key) : undefined
  if (cached) return { runnable: cached, isCached: true }
  const runnable = await loadRunnable({
    teamId,
    workflowId: options.workflowId,
    ...(options.version === undefined ? {} : { version: options.version }),
    ...(options.draft ? { draft: true } : {}),
    ...(options.draftIfUnversioned ? { draftIfUnversioned: true } : {}),
  })
  if (runnable.versionId === null) refuseErrors(runnable)
  else if (isActive) {
    active.set(key, runnable)
    const oldest = active.size > CACHE_LIMIT ? active.keys().next().value : undefined
    if (oldest !== undefined) active.delete(oldest)
  }
  return { runnable, isCached: false }
}

function refuseErrors(runnable: Runnable): void {
  const errors = validateDefinition(runnable.definition).problems.filter((problem) => problem.severity === 'error')
  if (errors.length === 0) return
  throw new AppError('invalid_definition', `The draft cannot run: ${errors[0]?.message}`, {
    errors: errors.map(({ path, message }) => ({ path, message })),
  })
}

import type { z } from 'zod'
import type { Principal } from '../../../auth/principal'
import { AppError } from '../../../errors'
import { parseId, requireId } from '../../../ids'
import { dryRun } from '../../../usecases/dry-run'
import { executeTurn, takeTurn } from '../../../usecases/execute-turn'
import { getExecution } from '../../../usecases/get-execution'
import { getRecord } from '../../../usecases/get-record'
import { resolveAgent } from '../../../usecases/resolve-agent'
import { startExecution } from '../../../usecases/start-execution'
import { type SessionBody, sessionBodySchema } from '../../contracts/execute'
import { type OrchestrationBody, orchestrationBodySchema } from '../../contracts/execute-orchestration'
import { type RecordBody, recordBodySchema } from '../../contracts/execute-record'
import { contracts } from '../../contracts/routes'
import { type Family, familyOf } from '../../dialects/families'
import { execution, orchestrationCommand, plannedExecution, startedExecution } from '../../dialects/orchestration'
import { recordCommand, recordError, runRecord } from '../../dialects/record'
import { sessionCommand, sessionError, sessionTurn } from '../../dialects/session'
import { Reply } from '../answer'
import { defineRoute } from '../define-route'
import { validationError } from '../problem'
import type { Call } from '../route'

type ExecuteCall = Call<typeof contracts.executeWorkflow>

export const executeRoutes = [
  defineRoute(
    contracts.executeWorkflow,
    async (call) => {
      requireTenant(call.request, call.principal)
      // `checkBody` has parsed the body by the schema of this very family.
      switch (familyOf(call.body, spelledId(call.rawParams))) {
        case 'session':
          return executeSession(call, call.body as SessionBody)
        case 'record':
          return executeRecord(call, call.body as RecordBody)
        case 'orchestration':
          return executeOrchestration(call, call.body as OrchestrationBody)
      }
    },
    { checkBody: (body, rawParams) => requireShape(body, familyOf(body, spelledId(rawParams))) },
  ),

  defineRoute(contracts.getExecution, async ({ principal, params, rawParams, request }) => {
    requireTenant(request, principal)
    const of = { principal, workflowId: params.workflow_id, runId: params.run_id }
    if (/^[0-9a-f]{24}$/.test(rawParams.run_id ?? '')) return runRecord({ ...(await getRecord(of)), settled: true })
    return execution(await getExecution(of), 'execution')
  }),
]

const SCHEMAS: Record<Family, z.ZodType> = {
  session: sessionBodySchema,
  record: recordBodySchema,
  orchestration: orchestrationBodySchema,
}

/** A union could only say that nothing fits: the family is known, so its own schema names the field. */
function requireShape(body: unknown, family: Family): void {
  const parsed = SCHEMAS[family].safeParse(body)
  if (!parsed.success) throw validationError(parsed.error, '')
}

function spelledId(rawParams: Readonly<Record<string, string>>): string {
  return rawParams.workflow_id ?? ''
}

async function executeSession(call: ExecuteCall, body: SessionBody): Promise<Reply> {
  requireOwnTeam(body.run_input.team_id, call.principal, 'run_input.team_id')
  const command = sessionCommand(body, call.query.version)
  const turn = await executeTurn({ ...turnOf(call), command: { ...command, ...onceOf(call) } }).catch((error) => {
    throw sessionError(error)
  })
  return waited(call, sessionTurn(turn))
}

async function executeRecord(call: ExecuteCall, body: RecordBody): Promise<Reply> {
  requireOwnTeam(body.team_id, call.principal, 'team_id')
  const command = recordCommand(body, call.query, call.params.workflow_id)
  const turn = turnOf(call)
  const rules = { inputFromVariables: true, draftIfUnversioned: true }
  const { runId, settled } = await takeTurn({ ...turn, command: { ...command, ...rules, ...onceOf(call) } }).catch(
    (error) => {
      throw recordError(error)
    },
  )
  const { principal, workflowId } = turn
  return waited(call, runRecord({ ...(await getRecord({ principal, workflowId, runId })), settled }))
}

async function executeOrchestration(call: ExecuteCall, body: OrchestrationBody): Promise<Reply> {
  const { principal, params, query, request, onceId } = call
  const { agentId, input, parameters, dryRun: isDry } = orchestrationCommand(body)
  const start = { principal, workflowId: params.workflow_id, agentId, input, parameters, version: query.version }
  if (isDry) {
    const agent = await resolveAgent(start)
    return new Reply({ json: plannedExecution(agent, await dryRun(start)) })
  }
  const timeoutMs = call.prefersAsync ? 0 : (query.timeout ?? 0) * 1_000
  const started = await startExecution({ ...start, runId: onceId, timeoutMs, signal: request.signal })
  const json = timeoutMs > 0 ? execution(started, 'execute') : startedExecution(started)
  return new Reply({
    json,
    status: 202,
    headers: { ...preferenceOf(call), Location: `/v1/workflows/${params.workflow_id}/execute/${json.run_id}` },
  })
}

/** A turn waits a minute unless it is told otherwise. */
const DEFAULT_WAIT_SECONDS = 60

function turnOf({ principal, params, query, request, prefersAsync }: ExecuteCall) {
  const timeoutMs = prefersAsync ? 0 : (query.timeout ?? DEFAULT_WAIT_SECONDS) * 1_000
  return { principal, workflowId: params.workflow_id, trigger: 'api', timeoutMs, signal: request.signal }
}

function onceOf({ onceId }: ExecuteCall): { makeAs?: string } {
  return onceId === undefined ? {} : { makeAs: onceId }
}

function waited(call: ExecuteCall, json: unknown): Reply {
  return new Reply({ json, headers: preferenceOf(call) })
}

function preferenceOf(call: ExecuteCall): Record<string, string> {
  return call.prefersAsync ? { 'Preference-Applied': 'respond-async' } : {}
}

/** `team_id` says whose credentials to use; it never widens what the caller may reach. */
function requireOwnTeam(given: string | null | undefined, principal: Principal, path: string): void {
  if (given === undefined || given === null || requireId(given, path) === principal.team.id) return
  throw new AppError('not_found', 'There is no such team.', { errors: [{ path, message: 'no such team' }] })
}

/** `X-Tenant-ID` names the team that is meant; every key has exactly one. */
function requireTenant(request: Request, principal: Principal): void {
  const given = request.headers.get('x-tenant-id')
  if (given === null || parseId(given) === principal.team.id) return
  throw new AppError('forbidden', 'X-Tenant-ID names another team than that of the key.', {
    errors: [{ path: 'headers.x-tenant-id', message: 'not the team of the key' }],
  })
}

import { AppError } from '../../../errors'
import { requireId } from '../../../ids'
import { executeTurn } from '../../../usecases/execute-turn'
import { contracts } from '../../contracts/routes'
import { requireSessionBody } from '../../dialects/families'
import { sessionCommand, sessionError, sessionTurn } from '../../dialects/session'
import { Reply } from '../answer'
import { defineRoute } from '../define-route'

export const executeRoutes = [
  defineRoute(
    contracts.executeWorkflow,
    async ({ principal, params, query, body, request, prefersAsync }) => {
      requireOwnTeam(body.run_input.team_id, principal.team.id)
      const command = sessionCommand(body, query.version)
      const turn = await executeTurn({
        principal,
        workflowId: params.workflow_id,
        command,
        trigger: 'api',
        timeoutMs: prefersAsync ? 0 : query.timeout * 1_000,
        signal: request.signal,
      }).catch((error: unknown) => {
        throw sessionError(error)
      })
      const headers: Record<string, string> = prefersAsync ? { 'Preference-Applied': 'respond-async' } : {}
      return new Reply({ json: sessionTurn(turn), headers })
    },
    { checkBody: requireSessionBody },
  ),
]

/** `team_id` says whose credentials to use; it never widens what the caller may reach. */
function requireOwnTeam(given: string | null | undefined, own: string): void {
  if (given === undefined || given === null || requireId(given, 'run_input.team_id') === own) return
  throw new AppError('not_found', 'There is no such team.', {
    errors: [{ path: 'run_input.team_id', message: 'no such team' }],
  })
}

import { AppError } from '../../../errors'
import { requireId } from '../../../ids'
import { activateVersion } from '../../../usecases/activate-version'
import { createWorkflow } from '../../../usecases/create-workflow'
import { deleteWorkflow } from '../../../usecases/delete-workflow'
import { getVersion } from '../../../usecases/get-version'
import { getWorkflow } from '../../../usecases/get-workflow'
import { listVersions } from '../../../usecases/list-versions'
import { listWorkflows } from '../../../usecases/list-workflows'
import { publishWorkflow } from '../../../usecases/publish-workflow'
import { saveDraft } from '../../../usecases/save-draft'
import { validateWorkflow } from '../../../usecases/validate-workflow'
import { contracts } from '../../contracts/routes'
import type { Workflow } from '../../contracts/workflows'
import { Reply } from '../answer'
import { defineRoute } from '../define-route'
import { etagOf, ifMatchRevision } from '../request-headers'

export const workflowRoutes = [
  defineRoute(contracts.listWorkflows, ({ principal, query }) => listWorkflows({ principal, ...query })),

  defineRoute(contracts.createWorkflow, async ({ principal, body }) => {
    const { project_id, ...rest } = body
    const workflow = await createWorkflow({ principal, ...rest, projectId: project_id })
    return withEtag(workflow, { Location: `/v1/workflows/${workflow.id}` })
  }),

  defineRoute(contracts.getWorkflow, async ({ principal, params }) =>
    withEtag(await getWorkflow({ principal, workflowId: params.workflow_id })),
  ),

  defineRoute(contracts.patchWorkflow, async ({ principal, params, body, request }) =>
    withEtag(
      await saveDraft({
        principal,
        workflowId: params.workflow_id,
        ...body,
        agentId: agentOf(body.agent_id),
        expectedRevision: ifMatchRevision(request),
      }),
    ),
  ),

  defineRoute(contracts.deleteWorkflow, ({ principal, params, request }) =>
    deleteWorkflow({ principal, workflowId: params.workflow_id, expectedRevision: ifMatchRevision(request) }),
  ),

  defineRoute(contracts.validateWorkflow, ({ principal, params, body }) =>
    validateWorkflow({ principal, workflowId: params.workflow_id, definition: body.definition }),
  ),

  defineRoute(contracts.publishWorkflow, ({ principal, params, body, request }) =>
    publishWorkflow({
      principal,
      workflowId: params.workflow_id,
      label: body.label ?? (body.name || undefined),
      note: body.note,
      expectedRevision: ifMatchRevision(request),
    }),
  ),

  defineRoute(contracts.listVersions, ({ principal, params, query }) =>
    listVersions({ principal, workflowId: params.workflow_id, ...query }),
  ),

  defineRoute(contracts.getVersion, ({ principal, params }) =>
    getVersion({ principal, workflowId: params.workflow_id, number: versionNumber(params.number) }),
  ),

  defineRoute(contracts.activateVersion, ({ principal, params }) =>
    activateVersion({ principal, workflowId: params.workflow_id, number: versionNumber(params.number) }),
  ),
]

/** Absent: unchanged; null: the team's default. */
function agentOf(given: string | null | undefined): string | null | undefined {
  return typeof given === 'string' ? requireId(given, 'agent_id') : given
}

function withEtag(workflow: Workflow, headers: Record<string, string> = {}): Reply {
  return new Reply({ json: workflow, headers: { ...headers, ETag: etagOf(workflow.draft_revision) } })
}

function versionNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new AppError('invalid_request', 'number must be the number of a version: 0, 1, 2 …', {
    errors: [{ path: 'number', message: 'not a version number' }],
  })
}

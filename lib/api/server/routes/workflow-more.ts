import { AppError } from '../../../errors'
import { cloneWorkflow } from '../../../usecases/clone-workflow'
import { diffVersions } from '../../../usecases/diff-versions'
import { exportWorkflow } from '../../../usecases/export-workflow'
import { importWorkflow } from '../../../usecases/import-workflow'
import { setConcurrency } from '../../../usecases/set-concurrency'
import { contracts } from '../../contracts/routes'
import { ignoredMembers } from '../../contracts/workflow-more'
import { Reply } from '../answer'
import { defineRoute } from '../define-route'
import { etagOf, ifMatchRevision } from '../request-headers'

export const workflowMoreRoutes = [
  defineRoute(contracts.cloneWorkflow, async ({ principal, params, body }) => {
    const made = await cloneWorkflow({ principal, workflowId: params.workflow_id, name: body.name })
    const headers = { Location: `/v1/workflows/${made.id}`, ETag: etagOf(made.draft_revision) }
    return new Reply({ json: made, headers })
  }),

  defineRoute(contracts.exportWorkflow, ({ principal, params }) =>
    exportWorkflow({ principal, workflowId: params.workflow_id }),
  ),

  defineRoute(contracts.importWorkflow, async ({ principal, body }) => {
    const { name, description, tags, project_id: projectId, steps, inputs, definition } = body
    const document = steps === undefined ? definition : { steps, inputs }
    const at = steps === undefined ? 'definition' : ''
    const given = { name, description, tags, projectId, document, at }
    const made = await importWorkflow({ principal, ...given, ignored: ignoredMembers(body) })
    return new Reply({ json: made, headers: { Location: `/v1/workflows/${made.workflow.id}` } })
  }),

  defineRoute(contracts.diffVersions, ({ principal, params }) =>
    diffVersions({
      principal,
      workflowId: params.workflow_id,
      before: versionNumber(params.number, 'number'),
      after: versionNumber(params.other, 'other'),
    }),
  ),

  defineRoute(contracts.setConcurrency, async ({ principal, params, body, request }) => {
    const changed = await setConcurrency({
      principal,
      workflowId: params.workflow_id,
      maxConcurrentRuns: body.max_concurrent_runs,
      onLimit: body.on_limit,
      expectedRevision: ifMatchRevision(request),
    })
    return new Reply({ json: changed, headers: { ETag: etagOf(changed.draft_revision) } })
  }),
]

function versionNumber(text: string, name: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new AppError('invalid_request', `${name} must be the number of a version: 0, 1, 2 …`, {
    errors: [{ path: name, message: 'not a version number' }],
  })
}

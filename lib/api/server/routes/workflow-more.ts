import { cloneWorkflow } from '../../../usecases/clone-workflow'
import { exportWorkflow } from '../../../usecases/export-workflow'
import { importWorkflow } from '../../../usecases/import-workflow'
import { contracts } from '../../contracts/routes'
import { ignoredMembers } from '../../contracts/workflow-more'
import { Reply } from '../answer'
import { defineRoute } from '../define-route'
import { etagOf } from '../request-headers'

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
]

import { decideApproval } from '../../../usecases/decide-approval'
import { listApprovals } from '../../../usecases/list-approvals'
import { contracts } from '../../contracts/routes'
import { defineRoute } from '../define-route'
import type { Call } from '../route'

export const approvalRoutes = [
  defineRoute(contracts.listApprovals, ({ principal, query }) => listApprovals({ principal, ...query })),
  defineRoute(contracts.approve, (call) => decide(call, 'approved')),
  defineRoute(contracts.reject, (call) => decide(call, 'rejected')),
]

function decide(
  { principal, params, body }: Call<typeof contracts.approve> | Call<typeof contracts.reject>,
  decision: 'approved' | 'rejected',
) {
  return decideApproval({
    principal,
    runId: params.run_id,
    nodeId: params.node_id,
    path: body.path,
    decision,
    comment: body.comment,
    data: body.data,
    shownHash: body.shown_hash,
  })
}

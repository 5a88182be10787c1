import { addComment, editComment, listComments, removeComment } from '../../../usecases/manage-comments'
import { rateRun, unrateRun } from '../../../usecases/rate-run'
import { contracts } from '../../contracts/routes'
import { defineRoute } from '../define-route'

export const commentRoutes = [
  defineRoute(contracts.listComments, ({ principal, params, query }) =>
    listComments({ principal, runId: params.run_id, limit: query.limit, cursor: query.cursor }),
  ),
  defineRoute(contracts.createComment, ({ principal, params, body }) =>
    addComment({
      principal,
      runId: params.run_id,
      body: body.body,
      anchor: { turn: body.turn, eventSeq: body.event_seq, nodeKey: body.node_key },
    }),
  ),
  defineRoute(contracts.patchComment, ({ principal, params, body }) =>
    editComment({ principal, runId: params.run_id, commentId: params.comment_id, body: body.body }),
  ),
  defineRoute(contracts.deleteComment, ({ principal, params }) =>
    removeComment({ principal, runId: params.run_id, commentId: params.comment_id }),
  ),
  defineRoute(contracts.rateRun, ({ principal, params, body }) =>
    rateRun({ principal, runId: params.run_id, score: body.score }),
  ),
  defineRoute(contracts.unrateRun, ({ principal, params }) => unrateRun({ principal, runId: params.run_id })),
]

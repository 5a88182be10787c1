import type { Principal } from '../../../auth/principal'
import { isTerminal } from '../../../engine/events'
import { AppError } from '../../../errors'
import type { Id } from '../../../ids'
import { watchRun } from '../../../live/watch-run'
import { getRunHead } from '../../../usecases/get-run-head'
import { listEvents } from '../../../usecases/list-events'
import { contracts } from '../../contracts/routes'
import { Reply } from '../answer'
import { defineRoute } from '../define-route'
import { streamReply } from '../stream-reply'

export const eventRoutes = [
  defineRoute(contracts.listEvents, ({ principal, params, query, request, wantsStream }) => {
    const runId = params.run_id
    if (!wantsStream) return listEvents({ principal, runId, after: query.after, limit: query.limit })
    return followEvents({ principal, runId, request, after: lastEventId(request) ?? query.after })
  }),
]

async function followEvents(of: { principal: Principal; runId: Id; request: Request; after: number }): Promise<Reply> {
  const { principal, runId, request, after } = of
  const head = await getRunHead({ principal, runId })
  // An EventSource connects again whenever a stream ends; 204 is how it is told to stop.
  if (isTerminal(head.status) && after === head.last_seq) return new Reply({ status: 204 })
  const frames = (signal: AbortSignal) => watchRun({ runId, after, signal })
  return streamReply({ principal, request, frames })
}

function lastEventId(request: Request): number | undefined {
  const header = request.headers.get('last-event-id')
  if (header === null || header === '') return undefined
  if (/^\d{1,9}$/.test(header)) return Number(header)
  throw new AppError('invalid_request', 'Last-Event-ID must be the number of an event.', {
    errors: [{ path: 'headers.last-event-id', message: 'not the number of an event' }],
  })
}

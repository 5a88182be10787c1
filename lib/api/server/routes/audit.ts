import { requireId } from '../../../ids'
import { exportAudit, listAudit, verifyAudit } from '../../../usecases/audit-log'
import { contracts } from '../../contracts/routes'
import { Reply } from '../answer'
import { defineRoute } from '../define-route'
import { instantOf } from '../instant-of'

export const auditRoutes = [
  defineRoute(contracts.listAudit, ({ principal, query }) =>
    listAudit({
      principal,
      limit: query.limit,
      cursor: query.cursor,
      actorId: query.actor_id === undefined ? undefined : requireId(query.actor_id, 'query.actor_id'),
      action: query.action,
      targetId: query.target_id === undefined ? undefined : requireId(query.target_id, 'query.target_id'),
      from: instantOf(query.from, 'from'),
      to: instantOf(query.to, 'to'),
    }),
  ),
  defineRoute(contracts.verifyAudit, ({ principal }) => verifyAudit({ principal })),
  defineRoute(contracts.exportAudit, async ({ principal, query }) => {
    const raw = await exportAudit({
      principal,
      from: instantOf(query.from, 'from'),
      to: instantOf(query.to, 'to'),
    })
    return new Reply({
      raw,
      headers: {
        'Content-Type': 'application/json; charset=utf-8',
        'Content-Disposition': 'attachment; filename="audit.json"',
      },
    })
  }),
]

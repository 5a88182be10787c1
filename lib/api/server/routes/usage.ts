import { getUsage } from '../../../usecases/get-usage'
import { contracts } from '../../contracts/routes'
import { defineRoute } from '../define-route'
import { instantOf } from '../instant-of'

export const usageRoutes = [
  defineRoute(contracts.getUsage, ({ principal, query }) =>
    getUsage({
      principal,
      from: instantOf(query.from, 'from'),
      to: instantOf(query.to, 'to'),
      groupBy: query.group_by,
    }),
  ),
]

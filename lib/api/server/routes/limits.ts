import { limitOf } from '../../../env'
import { LIMITS, type Limit, type LimitId } from '../../../limits'
import { limitContracts } from '../../contracts/limits'
import { defineRoute } from '../define-route'

export const limitRoutes = [
  defineRoute(limitContracts.listLimits, async () => ({
    items: Object.entries(LIMITS as Record<LimitId, Limit>).map(([id, limit]) => ({
      id: id as LimitId, // the keys of the table
      title: limit.title,
      unit: limit.unit,
      value: limitOf(id as LimitId),
      ceiling: limit.ceiling,
      set_by: limit.setBy ?? null,
      code: limit.code ?? null,
      behaviour: limit.behaviour,
      warns: limit.warns ?? false,
    })),
  })),
]

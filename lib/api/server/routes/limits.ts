import { listLimits, setTeamRuns } from '../../../usecases/manage-limits'
import { limitContracts } from '../../contracts/limits'
import { defineRoute } from '../define-route'

export const limitRoutes = [
  defineRoute(limitContracts.listLimits, ({ principal }) => listLimits(principal)),

  defineRoute(limitContracts.patchLimits, async ({ principal, body }) => {
    await setTeamRuns({ principal, runs: body.team_runs })
    return listLimits(principal)
  }),
]

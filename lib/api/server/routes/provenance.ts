import { getProvenance } from '../../../usecases/get-provenance'
import { contracts } from '../../contracts/routes'
import { Reply } from '../answer'
import { defineRoute } from '../define-route'

export const provenanceRoutes = [
  defineRoute(contracts.getProvenance, async ({ principal, params, query }) => {
    const raw = await getProvenance({ principal, runId: params.run_id, payloads: query.payloads === 'true' })
    return new Reply({
      raw,
      headers: {
        'Content-Type': 'application/json; charset=utf-8',
        'Content-Disposition': `attachment; filename="provenance-${params.run_id}.json"`,
      },
    })
  }),
]

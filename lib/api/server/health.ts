import { checkReadiness } from '../../usecases/check-readiness'
import { healthContracts } from '../contracts/health'
import { Reply } from './answer'
import { definePublicRoute } from './define-route'
import type { Route } from './route'

const said = (ok: boolean) => (ok ? 'ok' : 'failed')

export const healthRoutes: readonly Route[] = [
  definePublicRoute(healthContracts.getHealth, async () => ({ status: 'ok' as const })),

  definePublicRoute(healthContracts.getReadiness, async () => {
    const { database, migrations, worker } = await checkReadiness()
    const ready = database && migrations && worker
    const checks = { database: said(database), migrations: said(migrations), worker: said(worker) }
    return new Reply({ status: ready ? 200 : 503, json: { status: ready ? 'ready' : 'not_ready', checks } })
  }),
]

import { createKey } from '../../../usecases/create-key'
import { getMe } from '../../../usecases/get-me'
import { listKeys } from '../../../usecases/list-keys'
import { revokeKey } from '../../../usecases/revoke-key'
import { contracts } from '../../contracts/routes'
import { defineRoute } from '../define-route'

export const keyRoutes = [
  defineRoute(contracts.getMe, ({ principal }) => getMe({ principal })),
  defineRoute(contracts.listKeys, ({ principal }) => listKeys({ principal })),
  defineRoute(contracts.createKey, ({ principal, body }) =>
    createKey({ principal, name: body.name, scopes: body.scopes, expiresInDays: body.expires_in_days }),
  ),
  defineRoute(contracts.revokeKey, ({ principal, params }) => revokeKey({ principal, keyId: params.key_id })),
]

import { receiveCallback } from '../../../usecases/receive-callback'
import { callbackContracts } from '../../contracts/callbacks'
import { definePublicRoute } from '../define-route'

export const callbackRoutes = [
  definePublicRoute(callbackContracts.callBack, ({ params, body }) =>
    receiveCallback({ token: params.token, data: body }),
  ),
]

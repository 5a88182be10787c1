import { openApiContract } from '../../contracts/openapi'
import { Reply } from '../answer'
import { definePublicRoute } from '../define-route'
import { openApiDocument } from '../openapi'

export const openApiRoutes = [
  definePublicRoute(
    openApiContract,
    async () => new Reply({ json: openApiDocument(), headers: { 'Cache-Control': 'public, max-age=60' } }),
  ),
]

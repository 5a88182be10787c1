import { clientFileContract, openApiContract } from '../../contracts/openapi'
import { Reply } from '../answer'
import { clientFile } from '../client-file/client-file'
import { definePublicRoute } from '../define-route'
import { openApiDocument } from '../openapi'

const CACHED = { 'Cache-Control': 'public, max-age=60' }

export const openApiRoutes = [
  definePublicRoute(openApiContract, async () => new Reply({ json: openApiDocument(), headers: CACHED })),
  definePublicRoute(clientFileContract, async () => {
    const headers = { ...CACHED, 'Content-Type': `${clientFileContract.contentType}; charset=utf-8` }
    return new Reply({ raw: clientFile(openApiDocument()), headers })
  }),
]

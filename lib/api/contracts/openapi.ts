import { z } from 'zod'
import { contract } from './contract'

export const openApiContract = contract({
  id: 'getOpenApi',
  method: 'GET',
  path: '/openapi.json',
  root: 'api',
  permission: 'public',
  tag: 'Reference',
  summary: 'This description of the API, OpenAPI 3.1',
  response: z.looseObject({ openapi: z.string() }),
})

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

export const clientFileContract = contract({
  id: 'getClientFile',
  method: 'GET',
  path: '/client.ts',
  root: 'api',
  permission: 'public',
  tag: 'Reference',
  summary: 'A typed TypeScript client of this API, in one file',
  description: 'Generated from the description of this installation; it has no dependencies.',
  response: z.string(),
  contentType: 'application/typescript',
})

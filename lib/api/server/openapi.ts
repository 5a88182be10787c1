import { z } from 'zod'
import {
  type CreateDocumentOptions,
  createDocument,
  type oas31,
  type ZodOpenApiObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiParameterObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi'
import { PERMISSIONS } from '../../auth/permissions'
import { ERROR_CODES, type ErrorCode } from '../../errors'
import { callbackContracts } from '../contracts/callbacks'
import { problemDocumentSchema } from '../contracts/common'
import { healthContracts } from '../contracts/health'
import { mcpContract, mcpStreamContract } from '../contracts/mcp'
import { metadataContracts } from '../contracts/metadata'
import { oauthContracts, oauthRawContracts } from '../contracts/oauth'
import { clientFileContract, openApiContract } from '../contracts/openapi'
import { contracts } from '../contracts/routes'
import { sampleContracts } from '../contracts/samples'
import { type AnyContract, pathsOf } from './route'

const DESCRIPTION = `Draw a workflow, run it durably, watch it live, and let a human countersign what matters.

Every path below \`/v1\` is also served below \`/api/v1\`. Ids are accepted in any of their spellings and answered as UUIDs.
A run that fails is answered with 200 and the status \`failed\`; 5xx means a fault of ours.`

/** Every operation that is described, in the order of the reference page. */
export const describedContracts: readonly AnyContract[] = [
  ...Object.values(contracts),
  ...Object.values(callbackContracts),
  ...Object.values(sampleContracts),
  mcpContract,
  mcpStreamContract,
  ...Object.values(oauthContracts),
  ...Object.values(oauthRawContracts),
  ...Object.values(metadataContracts),
  ...Object.values(healthContracts),
  openApiContract,
  clientFileContract,
]

/** In the order of the reference page. */
const TAGS = [
  { name: 'Workflows', description: 'Drafts, and versions that never change once published.' },
  { name: 'Runs', description: 'Start, follow, answer and stop.' },
  { name: 'Approvals', description: 'What waits for a decision, and the decision that stands.' },
  { name: 'Callbacks', description: 'Where other systems answer a step that waits for them.' },
  { name: 'Keys', description: 'Who is calling, and with what.' },
  { name: 'Limits', description: 'How much of everything.' },
  { name: 'Agents', description: 'Who a run is executed as.' },
  { name: 'MCP', description: 'For agents: the same use cases as tools.' },
  { name: 'OAuth', description: 'For programs that people let act for them: OAuth 2.1 with PKCE.' },
  { name: 'Samples', description: 'A place to send things to while trying the product out.' },
  { name: 'Health', description: 'For load balancers and supervisors.' },
  { name: 'Reference', description: 'This document.' },
]

let made: oas31.OpenAPIObject | undefined

/** The OpenAPI 3.1 document, generated from the contracts that the server validates with. */
export function openApiDocument(): oas31.OpenAPIObject {
  made ??= generate()
  return made
}

function generate(): oas31.OpenAPIObject {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {}
  for (const contract of describedContracts) {
    const [path = ''] = pathsOf(contract)
    paths[path] = { ...paths[path], [contract.method.toLowerCase()]: operationOf(contract) }
  }
  const document: ZodOpenApiObject = {
    openapi: '3.1.0',
    info: {
      title: 'Countersign',
      version: '1',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'This installation' }],
    tags: TAGS,
    security: [{ apiKey: [] }, { bearer: [] }],
    components: {
      securitySchemes: {
        apiKey: {
          type: 'apiKey',
          in: 'header',
          name: 'X-API-Key',
          description: 'A key such as `cs_live_…`.',
        },
        bearer: { type: 'http', scheme: 'bearer', description: 'The same key as a bearer token.' },
      },
    },
    paths,
  }
  return createDocument(document, { override: withoutSafeBounds })
}

/** An integer without bounds of its own is described as one, not by the limits of a double. */
const withoutSafeBounds: CreateDocumentOptions['override'] = ({ jsonSchema }) => {
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
}

function operationOf(contract: AnyContract): ZodOpenApiOperationObject {
  const { permission } = contract
  const scope = permission === 'public' ? null : PERMISSIONS[permission].scope
  const needs =
    permission === 'public'
      ? 'Needs no key.'
      : scope === null
        ? 'Needs any valid key.'
        : `Needs the scope \`${scope}\`.`
  const names = [...contract.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  return {
    operationId: contract.id,
    summary: contract.summary,
    description: [contract.description, needs].filter(Boolean).join('\n\n'),
    tags: [contract.tag],
    ...(permission === 'public' ? { security: [] } : {}),
    requestParams: {
      ...(names.length > 0
        ? { path: z.object(Object.fromEntries(names.map((name) => [name, parameterSchema(name)]))) }
        : {}),
      ...(contract.query instanceof z.ZodObject ? { query: contract.query } : {}),
    },
    parameters: headersOf(contract),
    ...(contract.body === undefined
      ? {}
      : {
          requestBody: {
            required: contract.bodyOptional !== true,
            content: {
              'application/json': {
                schema: contract.body,
                ...(contract.example === undefined ? {} : { example: contract.example }),
                ...(contract.examples === undefined ? {} : { examples: { ...contract.examples } }),
              },
            },
          },
        }),
    responses: { ...successOf(contract), ...refusalsOf(contract) },
  }
}

function parameterSchema(name: string): z.ZodType {
  if (name === 'number') return z.int().min(0).meta({ description: 'The number of a version.' })
  if (name === 'node_id') return z.string().meta({ description: 'The id of a node in the definition.' })
  return z.string().meta({ description: 'An id in any of its spellings.' })
}

function headersOf(contract: AnyContract): ZodOpenApiParameterObject[] {
  const header = (name: string, description: string): ZodOpenApiParameterObject => ({
    in: 'header',
    name,
    description,
    required: false,
    schema: { type: 'string' },
  })
  return [
    ...(contract.idempotent
      ? [header('Idempotency-Key', 'A retry with the same key and body gets the first answer again, for 24 hours.')]
      : []),
    ...(contract.conditional
      ? [header('If-Match', 'The draft revision in quotes; 412 when it is not the one that stands.')]
      : []),
    ...Object.entries(contract.headers ?? {}).map(([name, description]) => header(name, description)),
    ...(contract.id === 'listEvents' ? [header('Last-Event-ID', 'Event stream only: go on after this event.')] : []),
  ]
}

function successOf(contract: AnyContract): ZodOpenApiResponsesObject {
  const status = contract.status ?? 200
  if (status === 204) return { 204: { description: 'Done.' } }
  const { also } = contract
  return {
    ...(also === undefined
      ? {}
      : {
          [`${also.status}` as const]: {
            description: also.description,
            content: { 'application/json': { schema: also.response } },
          },
        }),
    [`${status}` as const]: {
      description: 'Success.',
      content: {
        [contract.contentType ?? 'application/json']: { schema: contract.response },
        ...(contract.stream ? { 'text/event-stream': { schema: { type: 'string' } } } : {}),
      },
    },
  }
}

/** Refusals grouped by status; each status lists its codes. */
function refusalsOf(contract: AnyContract): ZodOpenApiResponsesObject {
  const codes: ErrorCode[] = [
    ...(contract.permission === 'public' ? [] : (['unauthenticated', 'insufficient_scope', 'forbidden'] as const)),
    ...(contract.path.includes('{') ? (['invalid_id', 'not_found'] as const) : []),
    ...(contract.body === undefined
      ? []
      : (['invalid_json', 'payload_too_large', 'unsupported_media_type', 'validation_failed'] as const)),
    ...(contract.query === undefined ? [] : (['validation_failed'] as const)),
    ...(contract.idempotent ? (['idempotency_in_progress', 'idempotency_mismatch'] as const) : []),
    ...(contract.errors ?? []),
    'rate_limited',
  ]
  const byStatus = new Map<number, Set<ErrorCode>>()
  for (const code of codes) {
    const { status } = ERROR_CODES[code]
    byStatus.set(status, (byStatus.get(status) ?? new Set()).add(code))
  }
  const entries = [...byStatus].sort(([a], [b]) => a - b)
  return Object.fromEntries(
    entries.map(([status, found]) => [
      String(status),
      {
        description: [...found].map((code) => `\`${code}\`: ${ERROR_CODES[code].title}.`).join('\n\n'),
        content: { 'application/problem+json': { schema: problemDocumentSchema } },
      },
    ]),
  )
}

import type { oas31 } from 'zod-openapi'
import packageJson from '../../../../package.json' with { type: 'json' }
import { RUNTIME } from './runtime'
import { comment, type JsonSchema, schemaType } from './schema-type'

const HEAD = `/**
 * A typed client of the Countersign API, generated from the OpenAPI document of the installation that served it
 * (version ${packageJson.version}). One file without dependencies for Node 20, browsers, Deno and Bun. Fetch it again after an upgrade.
 *
 *   const api = countersign({ url: 'http://localhost:3000', key: process.env.COUNTERSIGN_API_KEY })
 *   const run = await api.startRun({ params: { workflow_id }, body: { input: { name: 'Ada' }, wait: 10 } })
 *   for await (const event of api.follow(run.id)) console.log(event.type)
 */
`

/** The source of a typed client for the document: a type per schema and operation, and one function per operation. */
export function clientFile(document: oas31.OpenAPIObject): string {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item as Record<string, oas31.OperationObject>).map(([method, operation]) => ({
      id: operation.operationId ?? '',
      method: method.toUpperCase(),
      path,
      operation,
    })),
  )
  const schemas = Object.entries(document.components?.schemas ?? {}) as [string, JsonSchema][]
  return [
    HEAD,
    ...schemas.map(([name, schema]) => `${comment(schema.description)}export type ${name} = ${schemaType(schema)}\n`),
    "export type RunEvent = RunEvents['items'][number]\n",
    'export interface Operations {',
    ...operations.map(({ id, operation }) => `${comment(operation.summary)}${id}: ${operationType(operation)}`),
    '}\n',
    'const OPERATIONS = {',
    ...operations.map(({ id, method, path }) => `  ${id}: ['${method}', '${path}'],`),
    '} as const satisfies Record<keyof Operations, readonly [method: string, path: string]>',
    RUNTIME,
  ].join('\n')
}

/** What a call takes and what it answers. */
function operationType(operation: oas31.OperationObject): string {
  const parameters = (operation.parameters ?? []) as oas31.ParameterObject[]
  const inside = (place: string) => parameters.filter((parameter) => parameter.in === place)
  const path = inside('path').map(({ name }) => `${JSON.stringify(name)}: string | number`)
  const query = inside('query').map(
    ({ name, required, description, schema }) =>
      `${comment(description)}${JSON.stringify(name)}${required ? '' : '?'}: ${schemaType(schema as JsonSchema)} | undefined`,
  )
  const needsQuery = inside('query').some(({ required }) => required)
  const body = operation.requestBody as oas31.RequestBodyObject | undefined
  return block([
    ...(path.length > 0 ? [`params: ${block(path)}`] : []),
    ...(query.length > 0 ? [`query${needsQuery ? '' : '?'}: ${block(query)}`] : []),
    ...(body ? [`body${body.required ? '' : '?'}: ${contentType(body.content)}`] : []),
    `response: ${responseType(operation.responses)}`,
  ])
}

function responseType(responses: oas31.ResponsesObject = {}): string {
  const successes = Object.entries(responses).filter(([status]) => status.startsWith('2')) as [
    string,
    oas31.ResponseObject,
  ][]
  const types = successes.map(([, { content }]) => (content === undefined ? 'undefined' : contentType(content)))
  return [...new Set(types)].join(' | ')
}

/** JSON is read as what it says; anything else is text. */
function contentType(content: oas31.ContentObject): string {
  const json = content['application/json']
  return json === undefined ? 'string' : schemaType(json.schema as JsonSchema)
}

function block(members: readonly string[]): string {
  return `{\n${members.join('\n')}\n}`
}

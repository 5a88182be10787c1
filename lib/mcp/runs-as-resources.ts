import {
  ProtocolError,
  ProtocolErrorCode,
  type Resource,
  ResourceNotFoundError,
  type Server,
} from '@modelcontextprotocol/server'
import type { RunSummary } from '../api/contracts/runs'
import { actFor } from '../auth/act-for'
import { requirePermission } from '../auth/authorize'
import type { Principal } from '../auth/principal'
import { AppError } from '../errors'
import { type Id, parseId } from '../ids'
import { hearRun } from '../live/hear-run'
import { getRun } from '../usecases/get-run'
import { getRunHead } from '../usecases/get-run-head'
import { listRuns } from '../usecases/list-runs'
import { cleanText } from './clean-text'
import { problemOf, refuseTooLarge } from './problem'
import type { Subscriptions } from './subscriptions'

const PAGE_SIZE = 50
const URI = /^countersign:\/\/runs\/([^/?#]+)$/

const TEMPLATE = {
  uriTemplate: 'countersign://runs/{run_id}',
  name: 'run',
  title: 'Run',
  description: 'A run with its status, what it waits for and its output. The id in any of its spellings.',
  mimeType: 'application/json',
}

/** Offers the team's runs as resources, as `GET /v1/runs/{run_id}` answers them, and tells of them who subscribes. */
export function serveRuns(server: Server, principal: Principal, subscriptions?: Subscriptions): void {
  const asReader = <T>(uri: string, work: () => Promise<T>): Promise<T> =>
    actFor(principal, async () => {
      try {
        requirePermission(principal, 'run:read')
        return await work()
      } catch (error) {
        throw refusalOf(error, uri)
      }
    })

  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: [TEMPLATE] }))
  server.setRequestHandler('resources/list', ({ params }) =>
    asReader('countersign://runs', async () => {
      const { items, next_cursor } = await listRuns({ principal, limit: PAGE_SIZE, cursor: params?.cursor })
      return { resources: items.map(resourceOf), ...(next_cursor === null ? {} : { nextCursor: next_cursor }) }
    }),
  )
  server.setRequestHandler('resources/read', ({ params: { uri } }) =>
    asReader(uri, async () => {
      const text = JSON.stringify(await getRun({ principal, runId: runIdIn(uri) }))
      refuseTooLarge(text)
      return { contents: [{ uri, mimeType: 'application/json', text }] }
    }),
  )
  subscriptions?.serve(server, (uri) =>
    asReader(uri, async () => {
      const runId = runIdIn(uri)
      await getRunHead({ principal, runId })
      return (changed) => hearRun(runId, changed)
    }),
  )
}

function resourceOf({ id, workflow_name, status, created_at, started_at, ended_at }: RunSummary): Resource {
  return {
    uri: `countersign://runs/${id}`,
    name: id,
    title: cleanText(workflow_name, 100),
    description: `A run of ${created_at}: ${status}.`,
    mimeType: 'application/json',
    annotations: { lastModified: ended_at ?? started_at ?? created_at },
  }
}

/** Throws `not_found` for what is no address of a run. */
function runIdIn(uri: string): Id {
  const id = URI.exec(uri)?.[1] ?? ''
  const runId = parseId(id.replace(/%3a/i, ':')) // as a template is filled in
  if (runId === undefined) throw new AppError('not_found', `There is no resource "${uri.slice(0, 100)}".`)
  return runId
}

/** A refusal in the terms of the protocol, with what REST would answer as its data. */
function refusalOf(error: unknown, uri: string): ProtocolError {
  const { code, status, message, ...more } = problemOf(error, uri)
  if (status === 404) return new ResourceNotFoundError(uri, String(message))
  const kind = status === 500 ? ProtocolErrorCode.InternalError : ProtocolErrorCode.InvalidParams
  return new ProtocolError(kind, String(message), { uri, code, status, ...more })
}

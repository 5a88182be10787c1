import type { RunStatus } from '../engine/events'
import { type Id, parseId } from '../ids'
import { pool } from './client'
import { decodeCursor, encodeCursor, type Position, pageOf } from './cursor'
import { type RunSummaryRow, SUMMARY, SUMMARY_TABLES } from './run-reads'

export interface RunFilter {
  teamId: Id
  workflowId?: Id
  statuses?: readonly RunStatus[]
  trigger?: string
  runBy?: string
  agentId?: Id
  label?: string
  createdAfter?: Date
  createdBefore?: Date
  /** Each of its words is somewhere in what the run was given, gave, or is called. */
  text?: string
  limit: number
  cursor?: string
}

export interface RunRows {
  rows: RunSummaryRow[]
  nextCursor: string | null
  /** The oldest run that a search has looked at, when there are older ones. */
  searchedTo: Date | null
}

/** What one page of a search looks through at most. Nothing is kept for searching, so that no run is slower for it. */
export const MAX_LOOKED_AT = 10_000
const MAX_LOOKED_AT_BYTES = 32 * 1024 * 1024
/** Looked through by one statement: even of the largest values not too much to read at once. */
const STRETCH = 500

/** Runs of a team, newest first. With `text` a page may be short and still have a next one. */
export async function listRunRows(filter: RunFilter): Promise<RunRows> {
  const after = filter.cursor === undefined ? undefined : decodeCursor(filter.cursor)
  const search = filter.text?.trim() ?? ''
  if (search !== '') return searchRuns(filter, search, after)
  const values: unknown[] = []
  const where = conditions(filter, after, values)
  const { rows } = await pool().query<RunSummaryRow>(
    `SELECT ${SUMMARY} FROM ${SUMMARY_TABLES} WHERE ${where}
      ORDER BY r.created_at DESC, r.id DESC LIMIT $${values.push(filter.limit + 1)}`,
    values,
  )
  return { ...pageOf(rows, filter.limit, positionOf), searchedTo: null }
}

function conditions(filter: Omit<RunFilter, 'limit'>, after: Position | undefined, values: unknown[]): string {
  const value = (given: unknown) => `$${values.push(given)}`
  const all = [`r.team_id = ${value(filter.teamId)}`]
  if (filter.workflowId !== undefined) all.push(`r.workflow_id = ${value(filter.workflowId)}`)
  if (filter.statuses !== undefined) all.push(`r.status = ANY (${value(filter.statuses)}::run_status[])`)
  if (filter.trigger !== undefined) all.push(`r.trigger = ${value(filter.trigger)}`)
  if (filter.runBy !== undefined) all.push(`r.run_by = ${value(filter.runBy)}`)
  if (filter.agentId !== undefined) all.push(`r.agent_id = ${value(filter.agentId)}`)
  // The second half is what the index of labelled runs is for.
  if (filter.label !== undefined) all.push(`r.labels @> ARRAY[${value(filter.label)}::text] AND r.labels <> '{}'`)
  if (filter.createdAfter !== undefined) all.push(`r.created_at >= ${value(filter.createdAfter)}`)
  if (filter.createdBefore !== undefined) all.push(`r.created_at < ${value(filter.createdBefore)}`)
  if (after !== undefined) {
    // Not `(created_at, id) < (…)`: under row-level security a comparison of rows narrows no index.
    const at = value(after.at)
    all.push(`r.created_at <= ${at} AND (r.created_at < ${at} OR r.id < ${value(after.id)})`)
  }
  return all.join(' AND ')
}

/** Texts of a run as they are, and values as JSON. Set off by line breaks, so that nothing is found across two of them. */
const NAMES = `concat_ws(E'\\n', r.id, replace(r.id::text, '-', ''), w.name, v.label, r.trigger, r.run_by, r.waiting_for, r.error_node_id,
  r.error_reason, r.error_summary, array_to_string(r.labels, E'\\n'))`
const VALUES = `concat_ws(E'\\n', r.input, r.output)`

/**
 * Looks through the runs that the other filters leave, newest first and a stretch at a time, until the page is full or as
 * much was read as one request may cost.
 */
async function searchRuns(filter: RunFilter, search: string, from: Position | undefined): Promise<RunRows> {
  const id = parseId(search)
  if (id !== undefined) return findById(filter, id, from)
  const rows: RunSummaryRow[] = []
  let bytes = 0
  let after = from
  for (let looked = 0; looked < MAX_LOOKED_AT && bytes < MAX_LOOKED_AT_BYTES; looked += STRETCH) {
    const stretch = await lookThrough(filter, search, after)
    for (const { found, ...row } of stretch) {
      after = positionOf(row)
      if (!found) continue
      rows.push(row)
      if (rows.length === filter.limit) return { rows, nextCursor: encodeCursor(after), searchedTo: after.at }
    }
    if (stretch.length < STRETCH) return { rows, nextCursor: null, searchedTo: null }
    bytes += stretch.reduce((sum, row) => sum + row.bytes, 0)
  }
  return { rows, nextCursor: after ? encodeCursor(after) : null, searchedTo: after?.at ?? null }
}

/** The next runs, each with whether it has every word and how much there was to read. */
async function lookThrough(filter: RunFilter, search: string, after: Position | undefined) {
  const values: unknown[] = []
  const where = conditions(filter, after, values)
  const words = search.split(/\s+/).map((word) => {
    const name = `$${values.push(likePattern(word))}`
    const value = `$${values.push(likePattern(JSON.stringify(word).slice(1, -1)))}`
    return `(${NAMES} ILIKE ${name} OR ${VALUES} ILIKE ${value})`
  })
  const { rows } = await pool().query<RunSummaryRow & { found: boolean; bytes: number }>(
    `SELECT ${SUMMARY}, ${words.join(' AND ')} AS found,
            pg_column_size(r.input) + coalesce(pg_column_size(r.output), 0) AS bytes
       FROM ${SUMMARY_TABLES} WHERE ${where} ORDER BY r.created_at DESC, r.id DESC LIMIT ${STRETCH}`,
    values,
  )
  return rows
}

/** A whole id, in any spelling, names one run or the runs of one workflow, however old. */
async function findById(filter: RunFilter, id: Id, after: Position | undefined): Promise<RunRows> {
  const values: unknown[] = []
  const where = conditions(filter, after, values)
  const named = `$${values.push(id)}`
  const { rows } = await pool().query<RunSummaryRow>(
    `SELECT ${SUMMARY} FROM ${SUMMARY_TABLES} WHERE ${where}
        AND (r.id = ${named} OR r.workflow_id = ${named})
      ORDER BY r.created_at DESC, r.id DESC LIMIT $${values.push(filter.limit + 1)}`,
    values,
  )
  return { ...pageOf(rows, filter.limit, positionOf), searchedTo: null }
}

function likePattern(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`
}

function positionOf(row: RunSummaryRow): Position {
  return { at: row.created_at, id: row.id }
}

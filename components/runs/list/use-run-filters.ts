'use client'

import { createParser, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import type { RunStatus } from '@/lib/engine/events'
import { parseStatuses } from '../run-status'
import { minuteOf, TIMES, type Time } from './time-range'

export interface RunFilters {
  statuses: RunStatus[]
  workflowId: string
  agentId: string
  label: string
  text: string
  /** null: whenever. */
  time: Time | null
  /** Of a custom time: instants, or empty. */
  from: string
  until: string
}

const text = parseAsString.withDefault('')
const minute = createParser({ parse: minuteOf, serialize: String }).withDefault('')
const NONE = { status: null, workflow: null, agent: null, label: null, q: null, time: null, from: null, until: null }

/** The filters of the list of runs. All of them live in the URL, so a filtered list can be bookmarked and sent. */
export function useRunFilters() {
  const [query, setQuery] = useQueryStates({
    status: text,
    workflow: text,
    agent: text,
    label: text,
    q: text,
    time: parseAsStringLiteral(TIMES),
    from: minute,
    until: minute,
  })
  const isRange = query.from !== '' || query.until !== ''
  const filters: RunFilters = {
    statuses: parseStatuses(query.status),
    workflowId: query.workflow,
    agentId: query.agent,
    label: query.label,
    text: query.q,
    time: query.time ?? (isRange ? 'custom' : null),
    from: query.from,
    until: query.until,
  }
  const { statuses, time, from, until, ...rest } = filters
  return {
    filters,
    isFiltered: statuses.length > 0 || time !== null || Object.values(rest).some((value) => value !== ''),
    clear: () => void setQuery(NONE),
    /** Changes what is named; what is empty leaves the URL. */
    change: (part: Partial<RunFilters>) => {
      const next = { ...filters, ...part }
      void setQuery({
        status: next.statuses.join(',') || null,
        workflow: next.workflowId || null,
        agent: next.agentId || null,
        label: next.label || null,
        q: next.text || null,
        time: next.time,
        from: next.from || null,
        until: next.until || null,
      })
    },
  }
}

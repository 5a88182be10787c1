'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useDeferredValue, useEffect, useMemo } from 'react'
import { useNow } from '@/components/ui/use-now'
import { queryKey, useApi } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import type { OpenWait, Run } from '@/lib/api/contracts/runs'
import { type EventType, isTerminal, type RunEvent, type RunStatus, type WaitKind } from '@/lib/engine/events'
import { compile } from '@/lib/engine/graph'
import { useRunStream } from '../stream/use-run-stream'
import { attentionOf, edgeViewsOf, nodeViewsOf } from './graph-states'
import { levelsOf, perspectiveOf } from './perspective'
import { relatedRunsOf } from './related-runs'

/** Events after which the record of the run says something new; what nodes do is in the log itself. */
const RECORD_CHANGES: ReadonlySet<EventType> = new Set([
  'turn_started',
  'node_waiting',
  'timer_fired',
  'input_received',
  'approval_voted',
  'approval_escalated',
  'approval_decided',
  'callback_received',
  'child_ended',
  'llm_called',
  'run_waiting',
  'run_paused',
  'run_resumed',
  'child_waiting',
  'run_recovered',
  'run_completed',
  'run_failed',
  'run_cancelled',
  'run_timed_out',
  'run_aborted',
])

/** Everything the page of a run shows: its record, its frozen definition, and the fold of its log, live. */
export function useRunPage(runId: string, item = '') {
  const client = useQueryClient()
  const params = { run_id: runId }
  const run = useApi(contracts.getRun, { params })
  const definition = useApi(contracts.getRunDefinition, { params }, { staleTime: Number.POSITIVE_INFINITY })
  const graph = definition.data?.definition
  const plan = useMemo(() => (graph ? compile(graph).plan : undefined), [graph])
  const stream = useRunStream(runId, plan)
  const { state, events } = stream

  const lastChange = useMemo(() => lastChangeOf(events), [events])
  const knownSeq = run.data?.last_seq ?? 0
  useEffect(() => {
    // The record was read at this point of the log or later: it knows.
    if (lastChange === 0 || lastChange <= knownSeq) return
    void client.invalidateQueries({ queryKey: queryKey(contracts.getRun, { params: { run_id: runId } }) })
  }, [client, runId, lastChange, knownSeq])

  const status: RunStatus = newerStatus(run.data, state)
  const isLive = state !== undefined && !isTerminal(state.status)
  const nowMs = useNow(isLive ? 1_000 : undefined)
  const tick = isLive ? nowMs : 0
  const { version } = stream
  const perspective = useMemo(() => (graph ? perspectiveOf(graph, item) : undefined), [graph, item])
  // `state` is changed in place: `version` says when, and `tick` lets counters of running nodes go on.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  const nodeStates = useMemo(
    () => (graph && state ? nodeViewsOf(graph, state, Date.now(), perspective) : undefined),
    [graph, state, version, tick, perspective],
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  const edgeStates = useMemo(
    () => (graph && state ? edgeViewsOf(graph, state, perspective) : undefined),
    [graph, state, version, perspective],
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  const levels = useMemo(
    () => (graph && state ? levelsOf(graph, state, perspective) : []),
    [graph, state, version, perspective],
  )
  const related = useRelatedRuns(events)
  const attention = state ? attentionOf(state) : undefined
  const names = useMemo(() => new Map(graph?.nodes.map((node) => [node.id, node.name])), [graph])

  return {
    run,
    definition,
    graph,
    stream,
    status,
    nodeStates,
    edgeStates,
    attention,
    names,
    perspective,
    levels,
    related,
    ...waitsOf(run.data, state),
  }
}

/** Read from the log when there is time: it may be long and still arriving. */
function useRelatedRuns(events: readonly RunEvent[]) {
  const settled = useDeferredValue(events)
  return useMemo(() => relatedRunsOf(settled), [settled])
}

function lastChangeOf(events: readonly RunEvent[]): number {
  return events.findLast((event) => RECORD_CHANGES.has(event.type))?.seq ?? 0
}

/** Log and record are read at different moments: whichever has seen more of the log is right. */
function newerStatus(run: Run | undefined, state: { status: RunStatus; lastSeq: number } | undefined): RunStatus {
  if (!run) return state?.status ?? 'not_started'
  return state && state.lastSeq >= run.last_seq ? state.status : run.status
}

/** Kinds of waits that somebody outside answers. */
const ANSWERED: ReadonlySet<WaitKind> = new Set(['approval', 'input', 'callback'])

/** Open waits that somebody answers. A wait that the log has closed is gone at once, before the record is read again. */
function waitsOf(
  run: Run | undefined,
  state: ReturnType<typeof useRunStream>['state'],
): { waits: OpenWait[]; expectsWait: boolean } {
  const human = run?.waits.filter((wait) => ANSWERED.has(wait.kind)) ?? []
  if (!state || !run) return { waits: human, expectsWait: false }
  const logIsBehind = state.lastSeq < run.last_seq
  const open = [...state.waits.values()]
  const childWaits = open.some(({ child }) => child !== undefined && child.status !== 'running')
  const waits = human.filter((wait) => logIsBehind || (wait.run_id === run.id ? state.waits.has(wait.id) : childWaits))
  const known = new Set(waits.map((wait) => wait.id))
  const expectsWait = open.some((wait) => ANSWERED.has(wait.kind) && !known.has(wait.id))
  return { waits, expectsWait }
}

import { EventEmitter } from 'node:events'
import pg from 'pg'
import type { RunEvent, RunStatus } from '../engine/events'
import { type Id, newId } from '../ids'
import { log } from '../log'
import { databaseUrl, pool } from './client'
import { processSingleton } from './process'
import type { SlotScope } from './slots'
import { asEngine } from './team-context'

/**
 * Who needs to know that a run changed. A commit of this process tells its own subscribers at once, with the events in
 * hand; other processes hear it by NOTIFY, one per commit, and read the events themselves. NOTIFY only wakes: whatever is
 * missed is found by reading the log after the cursor, so a lost notification costs time and never an event.
 */
export interface RunChange {
  runId: Id
  teamId: Id
  workflowId: Id
  status: RunStatus
  lastSeq: number
  /** Present when this process wrote them. */
  events?: RunEvent[]
}

const CHANNEL = 'countersign'
const PING_EVERY_MS = 5_000
const PING_TIMEOUT_MS = 5_000
const MAX_PAYLOAD_BYTES = 7_000

interface Bus {
  emitter: EventEmitter
  /** Tells our own notifications from others'. */
  origin: string
  listener: Promise<void> | undefined
  client: pg.Client | undefined
  isClosed: boolean
}

function bus(): Bus {
  return processSingleton<Bus>('bus', () => ({
    emitter: new EventEmitter().setMaxListeners(0),
    origin: newId().slice(-12) + process.pid,
    listener: undefined,
    client: undefined,
    isClosed: false,
  }))
}

/** Tells this process. */
export function publishLocally(changes: readonly RunChange[]): void {
  const { emitter } = bus()
  for (const change of changes) {
    emitter.emit(`run:${change.runId}`, change)
    emitter.emit(`team:${change.teamId}`, change)
  }
}

/** The payloads of the NOTIFYs that tell other processes; hand them to `pg_notify(CHANNEL, payload)` in the same statement. */
export function notifyPayloads(changes: readonly RunChange[]): string[] {
  const payloads: string[] = []
  let items: unknown[] = []
  let size = 0
  for (const { runId, teamId, workflowId, status, lastSeq } of changes) {
    const item = [runId, teamId, workflowId, status, lastSeq]
    size += 150
    if (size > MAX_PAYLOAD_BYTES) {
      payloads.push(JSON.stringify({ from: bus().origin, runs: items }))
      items = []
      size = 150
    }
    items.push(item)
  }
  if (items.length > 0) payloads.push(JSON.stringify({ from: bus().origin, runs: items }))
  return payloads
}

/** The payload that asks the worker that holds a run to look at its commands. */
export function pokePayload(owner: Id, runId: Id): string {
  return JSON.stringify({ from: bus().origin, poke: [owner, runId] })
}

/** What workers tell each other about slots: one has too few, or has given some back. */
export type SlotsMessage =
  | { kind: 'asked'; scope: SlotScope; granted: number; isQueued: boolean }
  | { kind: 'freed'; scope: SlotScope }

/** The payload that tells the workers of other processes. */
export function slotsPayload(message: SlotsMessage): string {
  return JSON.stringify({ from: bus().origin, slots: message })
}

export const NOTIFY_CHANNEL = CHANNEL

/** Calls `listener` for every change of the run (`run:<id>`) or of any run of the team (`team:<id>`); `resync`: something may have been missed. */
export function subscribe(
  topic: `run:${Id}` | `team:${Id}`,
  listener: { change(change: RunChange): void; resync(): void },
): () => void {
  const { emitter } = bus()
  void ensureListening()
  emitter.on(topic, listener.change)
  emitter.on('resync', listener.resync)
  return () => {
    emitter.off(topic, listener.change)
    emitter.off('resync', listener.resync)
  }
}

/** Calls `listener` when another process pokes a worker of this one. */
export function onPoke(listener: (owner: Id, runId: Id) => void): () => void {
  const { emitter } = bus()
  void ensureListening()
  emitter.on('poke', listener)
  return () => emitter.off('poke', listener)
}

/** Calls `listener` when a worker of another process says something about slots. */
export function onSlots(listener: (message: SlotsMessage) => void): () => void {
  const { emitter } = bus()
  void ensureListening()
  emitter.on('slots', listener)
  return () => emitter.off('slots', listener)
}

/** Ephemeral text of a model, for watchers in this process only; may be lost. */
export function publishDelta(runId: Id, delta: { node_id: string; path: string[]; text: string }): void {
  bus().emitter.emit(`delta:${runId}`, delta)
}

/** Calls `listener` with ephemeral text of the run's models. */
export function subscribeDeltas(
  runId: Id,
  listener: (delta: { node_id: string; path: string[]; text: string }) => void,
): () => void {
  const { emitter } = bus()
  emitter.on(`delta:${runId}`, listener)
  return () => emitter.off(`delta:${runId}`, listener)
}

/** Ends the LISTEN connection. */
export async function closeNotify(): Promise<void> {
  const state = bus()
  state.isClosed = true
  state.emitter.removeAllListeners()
  await state.client?.end().catch(() => undefined)
  state.client = undefined
  state.listener = undefined
  state.isClosed = false
}

/** One LISTEN connection per process, made at the first subscription and replaced when it breaks or falls silent. */
export function ensureListening(): Promise<void> {
  const state = bus()
  state.listener ??= asEngine(() => connect(state))
  return state.listener
}

async function connect(state: Bus): Promise<void> {
  for (let attempt = 0; !state.isClosed; attempt++) {
    const client = new pg.Client({
      connectionString: databaseUrl(),
      application_name: 'countersign-listen',
      keepAlive: true,
    })
    try {
      await client.connect()
      client.on('notification', (message) => receive(state, message.payload ?? ''))
      await client.query(`LISTEN ${CHANNEL}`)
      state.client = client
      watch(state, client)
      if (attempt > 0) state.emitter.emit('resync')
      return
    } catch (error) {
      client.end().catch(() => undefined)
      log.warn({ err: String(error) }, 'cannot listen for notifications; trying again')
      await new Promise((resolve) => setTimeout(resolve, Math.min(250 * 2 ** attempt, 3_000)).unref())
    }
  }
}

/** A half-open connection says nothing for ever: only a ping that must be answered finds it. */
function watch(state: Bus, client: pg.Client): void {
  let isOver = false
  const over = () => {
    if (isOver) return
    isOver = true
    clearInterval(timer)
    client.end().catch(() => undefined)
    if (state.client !== client || state.isClosed) return
    state.client = undefined
    state.listener = connect(state).then(() => void state.emitter.emit('resync'))
  }
  const timer = setInterval(() => {
    const late = setTimeout(over, PING_TIMEOUT_MS)
    late.unref()
    client.query('SELECT 1').then(
      () => clearTimeout(late),
      () => over(),
    )
  }, PING_EVERY_MS)
  timer.unref()
  client.on('error', over)
  client.on('end', over)
}

function receive(state: Bus, payload: string): void {
  const message = JSON.parse(payload) as {
    from: string
    runs?: [Id, Id, Id, RunStatus, number][]
    poke?: [Id, Id]
    slots?: SlotsMessage
  }
  if (message.from === state.origin) return
  if (message.slots) state.emitter.emit('slots', message.slots)
  if (message.poke) state.emitter.emit('poke', ...message.poke)
  if (message.runs) {
    publishLocally(
      message.runs.map(([runId, teamId, workflowId, status, lastSeq]) => ({
        runId,
        teamId,
        workflowId,
        status,
        lastSeq,
      })),
    )
  }
}

/** Sends one notification outside a larger statement. */
export async function notify(payload: string): Promise<void> {
  await pool().query({ name: 'notify', text: 'SELECT pg_notify($1, $2)', values: [CHANNEL, payload] })
}

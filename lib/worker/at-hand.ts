import type { RunCommand, StoredCommand } from '../db/commands'
import { applyEvent } from '../engine/apply-event'
import type { RunEvent } from '../engine/events'
import type { Plan } from '../engine/graph'
import { initialState, type RunState } from '../engine/state'
import type { Id } from '../ids'
import type { Store } from './ports'

/** Runs whose state is kept at most; the one let go of longest ago is forgotten first. */
const MAX_RUNS = 200
/** A run with a longer log is read again: its state is large. */
const MAX_EVENTS = 300

/**
 * States of runs that this process let go of lately. A log only grows and has one writer at a time, so the state after the
 * same last event is the same state, whoever held the run since.
 */
export class WarmStates {
  private readonly states = new Map<Id, RunState>()

  /** Keeps the state of a run all of whose events are stored. Whoever gave it must not change it from here on. */
  keep(runId: Id, state: RunState): void {
    this.states.delete(runId)
    if (state.lastSeq > MAX_EVENTS) return
    this.states.set(runId, state)
    const [oldest] = this.states.keys()
    if (this.states.size > MAX_RUNS && oldest !== undefined) this.states.delete(oldest)
  }

  /** The state of a run after the event `lastSeq`, if it is at hand. Whoever takes it may change it. */
  take(runId: Id, lastSeq: number): RunState | undefined {
    const state = this.states.get(runId)
    this.states.delete(runId)
    return state?.lastSeq === lastSeq ? state : undefined
  }
}

/** Commands as they are stored, if there are some and they are all that `run` has not applied; else undefined. */
export function numbered(
  run: { commandSeq: number; commandApplied: number },
  written: readonly RunCommand[],
): StoredCommand[] | undefined {
  if (written.length === 0 || run.commandSeq - run.commandApplied !== written.length) return undefined
  return written.map((command, index) => ({ ...command, seq: run.commandApplied + index + 1 }))
}

/** What this process knows of a run that it takes up, and else reads: it spares round trips and changes nothing. */
export class AtHand {
  /** `commands`: all that are written and not applied, when whoever wrote them is here. */
  constructor(
    private readonly states = new WarmStates(),
    private commands?: readonly StoredCommand[],
  ) {}

  /** The state that the log of a run makes. `log`: the whole log, when it is not stored yet. */
  async state(
    store: Pick<Store, 'readLog'>,
    run: { id: Id; lastSeq: number },
    plan: Plan,
    log: readonly RunEvent[] | undefined,
  ): Promise<RunState> {
    const warm = this.states.take(run.id, run.lastSeq)
    if (warm) return warm
    const state = initialState(plan)
    for await (const event of log ?? store.readLog(run.id)) applyEvent(plan, state, event)
    return state
  }

  /** Commands after `applied`, in order. Those that are at hand are told once; whatever comes later is read. */
  async newCommands(store: Pick<Store, 'readCommands'>, runId: Id, applied: number): Promise<readonly StoredCommand[]> {
    const { commands } = this
    this.commands = undefined
    return commands ?? store.readCommands(runId, applied)
  }

  /** The run is let go of, and nothing of its state is still to be stored. */
  keep(runId: Id, state: RunState): void {
    this.states.keep(runId, state)
  }
}

import type { Place, Refusal, SlotRequest } from '../db/local-worker'
import type { LimitedWorkflow, SlotScope } from '../db/slots'
import type { Id } from '../ids'
import { type ClaimQueued, fillFromQueue } from './claim-queued'
import type { ShellClock } from './ports'
import { ScopeSlots, type SlotStore } from './slot-scope'
import { isLimited, SlotTeams, type Team, type Waiter } from './slot-teams'

const TICK_MS = 1_000
/** Whoever saw a run end may be here before its slot is free. */
const LAST_CHANCE_MS = 10
const NO_SLOT: Place = { release: () => undefined }

/**
 * Who may run now. A run needs a place in this process, a slot of its team, and one of its workflow if that has a limit.
 * Teams take turns; within a team the queue comes before those who only just arrived, each in the order of arrival.
 */
export class SlotPool {
  private taken = 0
  private readonly teams: SlotTeams
  /** Teams that want something. */
  private turns = new Set<Team>()
  private served = 0
  private isClosed = false
  private isServing = false
  private stopTicking = () => {}

  constructor(
    private readonly store: SlotStore,
    private readonly clock: ShellClock,
    private readonly places: number,
    private readonly claimQueued: ClaimQueued,
  ) {
    this.teams = new SlotTeams((scope) => this.makeSlots(scope))
  }

  private makeSlots(scope: SlotScope): ScopeSlots {
    const nowMs = () => this.clock.nowMs()
    return new ScopeSlots(scope, this.store, nowMs, () => {
      this.wakeLimited(scope)
      this.serve()
    })
  }

  start(): void {
    this.stopTicking = this.clock.every(TICK_MS, () => this.tick())
  }

  /**
   * A place for a run that is about to begin: at once if there is one, else as soon as one is free within `patienceMs`.
   * Refused at once when waiting cannot help. `level`: what was short.
   */
  reserve({ teamId, workflow, patienceMs, mode }: SlotRequest): Place | Refusal | Promise<Place | Refusal> {
    if (this.isClosed) return { level: 'process' }
    if (mode === 'end') return NO_SLOT
    const team = this.teams.team(teamId)
    const limited = workflow ? this.teams.workflow(team, workflow) : null
    if (team.queue !== 'more' && team.waiters.length === 0 && this.isFree(team, limited)) {
      return this.hold(team, limited)
    }
    const hopeless = this.hopeless(team, limited, mode)
    if (hopeless && mode !== 'reject') return { level: hopeless }
    return new Promise((resolve) => {
      const callOff = this.clock.after(hopeless ? LAST_CHANCE_MS : patienceMs, () => {
        team.waiters.splice(team.waiters.indexOf(waiter), 1)
        resolve({ level: this.shortOf(team, limited) })
      })
      const waiter: Waiter = {
        workflow: limited,
        answer: (result) => {
          callOff()
          resolve(result)
        },
      }
      team.waiters.push(waiter)
      this.turns.add(team)
      this.serve()
    })
  }

  /** A run of this team waits in the queue. */
  noteQueued(teamId: Id): void {
    if (this.isClosed) return
    const team = this.teams.team(teamId)
    // No place here: others may have one.
    if (this.free === 0 && team.queue !== 'more') this.store.askForSlots(team.slots.scope, team.slots.granted, true)
    team.isHearsay = false
    this.note(team)
  }

  private note(team: Team): void {
    team.isNoted = true
    team.queue = 'more'
    this.turns.add(team)
    this.serve()
  }

  /** Another worker needs slots; `isQueued`: for runs that wait in the queue, which anybody may take. */
  hearAsked(scope: SlotScope, theirs: number, isQueued: boolean): void {
    this.teams.find(scope)?.share(theirs)
    if (this.isClosed || !isQueued || scope.kind !== 'team') return
    const team = this.teams.team(scope.id)
    if (team.queue !== 'more') team.isHearsay = true
    this.note(team)
  }

  /** Another worker gave slots back. */
  hearFreed(scope: SlotScope): void {
    this.teams.find(scope)?.retry()
    this.wakeLimited(scope)
    this.serve()
  }

  /** The limit of a team was lowered. */
  hearExceeded(teamId: Id, excess: number): void {
    this.teams.find({ kind: 'team', id: teamId })?.shrink(excess)
  }

  /** The lease was lost: nothing that was granted counts any more. Places already held are still given back as they end. */
  reset(): void {
    this.turns.clear()
    for (const waiter of this.teams.clear()) waiter.answer({ level: 'process' })
  }

  /** No new places from now on; other workers may have the slots as they fall free. */
  close(): void {
    this.isClosed = true
    this.stopTicking()
    this.turns.clear()
    for (const waiter of this.teams.retire()) waiter.answer({ level: 'process' })
  }

  private get free(): number {
    return this.places - this.taken
  }

  private isFree(team: Team, workflow: ScopeSlots | null): boolean {
    return this.free > 0 && team.slots.idle > 0 && (workflow === null || workflow.idle > 0)
  }

  private shortOf(team: Team, workflow: ScopeSlots | null): Refusal['level'] {
    if (workflow && workflow.idle === 0) return 'workflow'
    return team.slots.idle === 0 || team.queue === 'more' ? 'team' : 'process'
  }

  /** What makes waiting useless, by {@link SlotRequest.mode}. */
  private hopeless(team: Team, workflow: ScopeSlots | null, mode: SlotRequest['mode']): Refusal['level'] | undefined {
    if (mode === 'reject') {
      if (workflow?.isFullHere) return 'workflow'
      return team.slots.isFullHere ? 'team' : undefined
    }
    if (mode === 'hurry') {
      if (workflow?.isFull) return 'workflow'
      return team.slots.isFull || team.waiters.length > 0 ? 'team' : undefined
    }
    if (workflow?.isFull && team.queue !== 'none' && isLimited(team, workflow.scope)) return 'workflow'
    return team.queue === 'more' && team.slots.isFull ? 'team' : undefined
  }

  /** Held until it is released, once. */
  private hold(team: Team, workflow: ScopeSlots | null): Place {
    this.taken += 1
    team.servedAt = ++this.served
    team.slots.use()
    workflow?.use()
    return once(() => {
      this.taken -= 1
      team.slots.release()
      if (workflow) this.freeWorkflow(workflow)
      this.serve()
    })
  }

  /** A workflow may have a slot again: its runs in the queue are worth a look. */
  private wakeLimited(scope: SlotScope): void {
    const team = this.teams.heldUpBy(scope)
    if (!team || this.teams.find(scope)?.isFull) return
    team.queue = 'more'
    this.turns.add(team)
  }

  /** Gives what is free to those who want it, a turn for each team, first to who had none for longest. */
  private serve(): void {
    if (this.isServing || this.isClosed) return
    this.isServing = true
    if (this.turns.size > 1) this.turns = new Set([...this.turns].sort((a, b) => a.servedAt - b.servedAt))
    let idleTurns = 0
    while (this.free > 0 && idleTurns < this.turns.size) {
      const [team] = this.turns
      if (!team) break
      this.turns.delete(team)
      if (team.queue !== 'more' && team.waiters.length === 0) continue
      this.turns.add(team)
      idleTurns = this.serveTeam(team) ? 0 : idleTurns + 1
    }
    // Slots at hand when their turn comes: otherwise whoever has some would go first.
    if (this.free === 0) for (const team of this.turns) this.prepare(team)
    this.isServing = false
  }

  private prepare(team: Team): void {
    if (team.queue === 'more') team.slots.ask(1, true)
    this.askForWaiters(team)
  }

  private serveTeam(team: Team): boolean {
    if (team.queue === 'more') return this.serveQueue(team)
    const index = team.waiters.findIndex(({ workflow }) => this.isFree(team, workflow))
    const [waiter] = index < 0 ? [] : team.waiters.splice(index, 1)
    if (waiter) {
      waiter.answer(this.hold(team, waiter.workflow))
      return true
    }
    this.askForWaiters(team)
    return false
  }

  private askForWaiters(team: Team): void {
    team.slots.ask(team.waiters.length, false)
    for (const workflow of new Set(team.waiters.map((each) => each.workflow))) {
      workflow?.ask(team.waiters.filter((each) => each.workflow === workflow).length, false)
    }
  }

  private serveQueue(team: Team): boolean {
    if (team.isClaiming) return false
    const count = Math.min(team.slots.idle, Math.ceil(this.free / this.turns.size))
    if (count === 0) {
      team.slots.ask(Math.ceil(this.free / this.turns.size), !team.isHearsay)
      return false
    }
    const places = Array.from({ length: count }, () => this.hold(team, null))
    team.isClaiming = true
    void this.claim(team, places)
    return true
  }

  private async claim(team: Team, places: Place[]): Promise<void> {
    team.isNoted = false
    const left = await fillFromQueue(this.claimQueued, team.id, places, team.limited, (workflow, count) =>
      this.holdWorkflow(team, workflow, count),
    ).catch(() => ({ queue: 'none' as const, limited: [] })) // the next sweep finds what is queued
    team.isClaiming = false
    team.limited = left.limited
    team.queue = team.isNoted ? 'more' : left.queue
    if (left.queue === 'more') team.isHearsay = false
    if (team.queue === 'more' && this.teams.isKnown(team)) this.turns.add(team)
    for (const place of places.splice(0)) place.release()
    this.serve()
  }

  /** Slots of a limited workflow alone, at most `count`. */
  private async holdWorkflow(team: Team, workflow: LimitedWorkflow, count: number): Promise<Place[]> {
    const slots = this.teams.workflow(team, workflow)
    await slots.askAndWait(Math.min(count, workflow.cap))
    return Array.from({ length: Math.min(count, slots.idle) }, () => {
      slots.use()
      return once(() => this.freeWorkflow(slots))
    })
  }

  private freeWorkflow(slots: ScopeSlots): void {
    slots.release()
    this.wakeLimited(slots.scope)
  }

  private tick(): void {
    for (const scope of this.teams.tick((team) => this.turns.has(team))) this.wakeLimited(scope)
    this.serve()
  }
}

function once(release: () => void): Place {
  let isHeld = true
  return {
    release() {
      if (isHeld) release()
      isHeld = false
    },
  }
}

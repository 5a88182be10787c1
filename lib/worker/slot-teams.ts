import type { Place, Refusal } from '../db/local-worker'
import type { LimitedWorkflow, SlotScope } from '../db/slots'
import type { Id } from '../ids'
import { keyOf, type TeamQueue } from './claim-queued'
import type { ScopeSlots } from './slot-scope'

/** Somebody who waits in memory for a place. */
export interface Waiter {
  workflow: ScopeSlots | null
  answer(result: Place | Refusal): void
}

/** What this process knows of a team: its slots, and who wants one. */
export interface Team {
  readonly id: Id
  slots: ScopeSlots
  waiters: Waiter[]
  queue: TeamQueue
  /** Limited workflows with runs in the queue, as it was looked at last. */
  limited: LimitedWorkflow[]
  isClaiming: boolean
  /** A run was queued while we were claiming. */
  isNoted: boolean
  /** Another worker says that there is something in the queue. It is not told again, or three would tell it each other for ever. */
  isHearsay: boolean
  /** When it was given something last: it then stands behind everybody else. */
  servedAt: number
}

/** The teams and limited workflows that this process has to do with at the moment. */
export class SlotTeams {
  private readonly teams = new Map<Id, Team>()
  private readonly workflows = new Map<string, { slots: ScopeSlots; teamId: Id }>()

  constructor(private readonly makeSlots: (scope: SlotScope) => ScopeSlots) {}

  team(id: Id): Team {
    const known = this.teams.get(id)
    if (known) return known
    const team: Team = {
      id,
      slots: this.makeSlots({ kind: 'team', id }),
      waiters: [],
      queue: 'none',
      limited: [],
      isClaiming: false,
      isNoted: false,
      isHearsay: false,
      servedAt: 0,
    }
    this.teams.set(id, team)
    return team
  }

  /** The slots of a limited workflow of the team. */
  workflow(team: Team, { workflowId, cap }: LimitedWorkflow): ScopeSlots {
    const key = keyOf({ workflowId, cap })
    const known = this.workflows.get(key)
    if (known) return known.slots
    const slots = this.makeSlots({ kind: 'workflow', id: workflowId, cap })
    this.workflows.set(key, { slots, teamId: team.id })
    return slots
  }

  find(scope: SlotScope): ScopeSlots | undefined {
    if (scope.kind === 'team') return this.teams.get(scope.id)?.slots
    return this.workflows.get(keyOf({ workflowId: scope.id, cap: scope.cap }))?.slots
  }

  isKnown(team: Team): boolean {
    return this.teams.get(team.id) === team
  }

  /** The team whose queue holds nothing but runs of limited workflows, this one among them. */
  heldUpBy(scope: SlotScope): Team | undefined {
    if (scope.kind === 'team') return undefined
    const workflow = this.workflows.get(keyOf({ workflowId: scope.id, cap: scope.cap }))
    const team = workflow && this.teams.get(workflow.teamId)
    return team?.queue === 'limited' && isLimited(team, scope) ? team : undefined
  }

  /** Once a second: gives back what is not needed, and forgets who has nothing and wants nothing. */
  tick(isWanting: (team: Team) => boolean): SlotScope[] {
    for (const [id, team] of this.teams) {
      team.slots.tick(isWanting(team))
      const isNeeded = team.waiters.length > 0 || team.isClaiming || team.queue !== 'none'
      if (!isNeeded && team.slots.isUnused) this.teams.delete(id)
    }
    for (const [key, { slots, teamId }] of this.workflows) {
      const team = this.teams.get(teamId)
      slots.tick(team !== undefined && isWanting(team))
      const isNeeded = team?.isClaiming || team?.waiters.some(({ workflow }) => workflow === slots)
      if (!isNeeded && slots.isUnused) this.workflows.delete(key)
    }
    return Array.from(this.workflows.values(), ({ slots }) => slots.scope)
  }

  /** Gives everything back: what is idle now, the rest as it falls free. Answers who was waiting. */
  retire(): Waiter[] {
    for (const slots of this.allSlots()) slots.retire()
    return this.dismiss()
  }

  /** Forgets everything. Answers who was waiting. */
  clear(): Waiter[] {
    for (const slots of this.allSlots()) slots.close()
    const waiters = this.dismiss()
    this.teams.clear()
    this.workflows.clear()
    return waiters
  }

  private allSlots(): ScopeSlots[] {
    return [...this.teams.values(), ...this.workflows.values()].map(({ slots }) => slots)
  }

  private dismiss(): Waiter[] {
    return [...this.teams.values()].flatMap((team) => team.waiters.splice(0))
  }
}

/** Runs of this limited workflow wait in the queue of the team. */
export function isLimited(team: Team, scope: SlotScope): boolean {
  return (
    scope.kind === 'workflow' &&
    team.limited.some(({ workflowId, cap }) => workflowId === scope.id && cap === scope.cap)
  )
}

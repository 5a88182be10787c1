import type { Place } from '../db/local-worker'
import type { LimitedWorkflow } from '../db/slots'
import type { Id } from '../ids'

/** Slots at hand for the queued runs of a limited workflow. */
export interface Offer extends LimitedWorkflow {
  count: number
}

/** What the queue of a team is known to hold: runs that could go on, only runs of workflows at their limit, or none. */
export type TeamQueue = 'none' | 'limited' | 'more'

export interface Claimed {
  /** `limited`: the run took one of the slots that were offered for this workflow. */
  runs: { limited: LimitedWorkflow | null; begin(place: Place): void }[]
  /** Limited workflows that have runs in the queue, the claimed ones not counted. */
  limited: LimitedWorkflow[]
}

/** Takes queued runs of a team, oldest first: at most `count`, and of limited workflows only what is offered. */
export type ClaimQueued = (teamId: Id, count: number, offers: readonly Offer[]) => Promise<Claimed>

/**
 * Fills the places from the queue of a team; those that are not filled stay in `places`. First come the runs without a limit
 * of their own and those of workflows known to be in the queue; each limited workflow that shows up is then tried once.
 */
export async function fillFromQueue(
  claim: ClaimQueued,
  teamId: Id,
  places: Place[],
  known: readonly LimitedWorkflow[],
  holdWorkflow: (workflow: LimitedWorkflow, count: number) => Promise<Place[]>,
): Promise<{ queue: TeamQueue; limited: LimitedWorkflow[] }> {
  const tried = new Set<string>()
  let candidates = known
  for (;;) {
    const count = places.length
    const held = new Map<string, Place[]>()
    const offers: Offer[] = []
    await Promise.all(
      candidates.map(async (workflow) => {
        tried.add(keyOf(workflow))
        const slots = await holdWorkflow(workflow, count)
        held.set(keyOf(workflow), slots)
        if (slots.length > 0) offers.push({ ...workflow, count: slots.length })
      }),
    )
    let limited: LimitedWorkflow[]
    try {
      const claimed = await claim(teamId, count, offers)
      limited = claimed.limited
      for (const run of claimed.runs) {
        const place = places.pop()
        const slot = run.limited ? held.get(keyOf(run.limited))?.pop() : undefined
        if (place) run.begin(slot ? both(slot, place) : place)
      }
    } finally {
      for (const slot of [...held.values()].flat()) slot.release()
    }
    if (places.length === 0) return { queue: 'more', limited }
    candidates = limited.filter((each) => !tried.has(keyOf(each)))
    if (candidates.length === 0) return { queue: limited.length > 0 ? 'limited' : 'none', limited }
  }
}

export function keyOf({ workflowId, cap }: LimitedWorkflow): string {
  return `${workflowId}/${cap}`
}

function both(one: Place, other: Place): Place {
  return {
    release() {
      one.release()
      other.release()
    },
  }
}

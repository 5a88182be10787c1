import type { SlotGrant, SlotScope } from '../db/slots'
import type { Id } from '../ids'

export interface WorkersWorld {
  /** The clock of the store, in milliseconds since 1970. */
  nowMs(): number
  leaseMs: number
  /** Runs of one team at once. */
  teamCap: number
}

/** The leases of workers, and the slots that were granted to them. */
export class MemoryWorkers {
  readonly slots = new Map<string, { owner: Id; scope: SlotScope; granted: number }>()
  readonly workers = new Map<Id, { name: string; leaseUntilMs: number }>()

  constructor(private readonly world: WorkersWorld) {}

  grantSlots(owner: Id, scope: SlotScope, want: number): SlotGrant {
    const limit = scope.kind === 'team' ? this.world.teamCap : scope.cap
    const same = [...this.slots.values()].filter(
      (slot) => slot.scope.kind === scope.kind && slot.scope.id === scope.id && this.isLeased(slot.owner),
    )
    const taken = same.reduce((sum, { granted }) => sum + granted, 0)
    const others = same.reduce((sum, slot) => sum + (slot.owner === owner ? 0 : slot.granted), 0)
    const slots = this.isLeased(owner) ? Math.max(0, Math.min(want, limit - taken)) : 0
    const key = slotKey(owner, scope)
    if (slots > 0) this.slots.set(key, { owner, scope, granted: (this.slots.get(key)?.granted ?? 0) + slots })
    return { slots, others }
  }

  setSlots(owner: Id, scope: SlotScope, granted: number): void {
    const slot = this.slots.get(slotKey(owner, scope))
    if (slot && slot.granted > granted) slot.granted = granted
  }

  registerWorker(id: Id, name: string): void {
    this.workers.set(id, { name, leaseUntilMs: this.world.nowMs() + this.world.leaseMs })
  }

  heartbeat(id: Id): boolean {
    if (!this.isLeased(id)) return false
    const worker = this.workers.get(id)
    if (worker) worker.leaseUntilMs = this.world.nowMs() + this.world.leaseMs
    return true
  }

  retireWorker(id: Id): void {
    const worker = this.workers.get(id)
    if (worker && this.isLeased(id)) worker.leaseUntilMs = this.world.nowMs()
  }

  isLeased(id: Id): boolean {
    const worker = this.workers.get(id)
    return worker !== undefined && worker.leaseUntilMs > this.world.nowMs()
  }
}

function slotKey(owner: Id, scope: SlotScope): string {
  return [owner, scope.kind, scope.id, scope.kind === 'workflow' ? scope.cap : 0].join('/')
}

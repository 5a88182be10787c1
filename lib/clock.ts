/** The process clock behind one name, so tests and the simulator can replace it. Leases and deadlines use the database clock. */
export interface Clock {
  nowMs(): number
}

export const systemClock: Clock = { nowMs: () => Date.now() }

import type { Reservation, WantedCall } from '../db/call-budget'
import type { ChildEnd, ChildStand } from '../db/child-runs'
import { isTerminal } from '../engine/events'
import type { Id } from '../ids'
import { MemoryStore } from './memory-store'
import type { Forgotten, StoredRun } from './stored'

/** How long nobody needs to have attended to a child run before a sweep does. */
const FORGOTTEN_MS = 3_000

/** The statements about runs and those that wait for them: ends of children, and budgets that they share. */
export class MemoryFamilies extends MemoryStore {
  /** Tokens that were set aside for calls, by run and node. They count while the node is running. */
  private readonly setAside = new Map<string, number>()

  findParentWait(runId: Id): { waitId: Id; hasEnded: boolean } | undefined {
    const row = this.runs.get(runId)?.row
    return row?.parentWaitId ? { waitId: row.parentWaitId, hasEnded: isTerminal(row.status) } : undefined
  }

  readChildStand(runId: Id): ChildStand {
    const run = this.runs.get(runId)
    const status = run?.row.status
    if (status !== 'waiting_for_user_input' && status !== 'waiting_for_approval')
      return { status: 'running', waitingFor: null }
    return { status, waitingFor: run?.waitingFor ?? null }
  }

  readChildEnd(runId: Id): ChildEnd {
    const run = this.runs.get(runId)
    if (!run || !isTerminal(run.row.status)) throw new Error(`the child run ${runId} has not ended`)
    const end = this.readLog(runId).at(-1)
    const error = end?.type === 'run_failed' && end.error?.code === 'budget_exceeded' ? end.error : undefined
    const output = run.output ?? { value: null }
    return {
      runId,
      status: run.row.status,
      output,
      outputBytes: 'blob' in output ? output.bytes : JSON.stringify(output.value).length,
      budgetRunId: (error?.details?.run_id as Id | undefined) ?? null, // written by the guard of calls
      tokens: this.readLog(runId).reduce(
        (sum, event) => sum + (event.type === 'child_ended' ? event.tokens : 0),
        this.tokensOf(run),
      ),
      costUsd: 0,
      reason: null,
      summary: null,
    }
  }

  findForgottenChildren(limit: number): Forgotten[] {
    const before = this.around.nowMs() - FORGOTTEN_MS
    const found = [...this.waits.values()].flatMap((wait): Forgotten[] => {
      if (wait.kind !== 'child') return []
      const child = this.childOf(wait.id)
      const childId = child?.row.id ?? null
      if (wait.state === 'open' && wait.createdAt.getTime() < before) {
        if (!child) return [{ waitId: wait.id, childId, todo: 'start' }]
        if ((child.endedAtMs ?? Number.POSITIVE_INFINITY) < before)
          return [{ waitId: wait.id, childId, todo: 'settle' }]
      }
      const isCalledOff = wait.state === 'cancelled' && (wait.resolvedAt?.getTime() ?? 0) < before
      return child && isCalledOff && !isTerminal(child.row.status) ? [{ waitId: wait.id, childId, todo: 'stop' }] : []
    })
    return found.slice(0, limit)
  }

  /** Budgets here are in tokens: what models cost is not played. */
  reserveCall({ runId, nodeKey, tokens, leastTokens }: WantedCall): Reservation {
    const run = this.runs.get(runId)
    if (!run) return { reserved: false, of: 'nothing' }
    const budgets = this.waitingFor(run).filter(({ row }) => row.variables.budget?.tokens !== undefined)
    if (budgets.length === 0) return { reserved: true }
    const own = `${runId}:${nodeKey}`
    let share = tokens
    for (const top of budgets.reverse()) {
      const limit = top.row.variables.budget?.tokens ?? 0
      const taken = this.takenFrom(top, own)
      const left = limit - this.usedBy(top) - taken
      if (left < leastTokens)
        return { reserved: false, runId: top.row.id, of: 'tokens', limit, left: left + taken, isTaken: taken > 0 }
      share = Math.min(share, left)
    }
    if (run.nodes.get(nodeKey)?.status !== 'running') return { reserved: false, of: 'nothing' }
    this.setAside.set(own, share)
    return { reserved: true }
  }

  /** What a run and those that it waits for have used. */
  usedBy(top: StoredRun): number {
    return this.familyOf(top).reduce((sum, run) => sum + this.tokensOf(run), 0)
  }

  private takenFrom(top: StoredRun, except: string): number {
    let taken = 0
    for (const { row, nodes } of this.familyOf(top)) {
      for (const { key, status } of nodes.values()) {
        const own = `${row.id}:${key}`
        if (status === 'running' && own !== except) taken += this.setAside.get(own) ?? 0
      }
    }
    return taken
  }

  /** The run itself, the one that waits for it, and so on. */
  private waitingFor(run: StoredRun): StoredRun[] {
    const wait = run.row.parentWaitId === null ? undefined : this.waits.get(run.row.parentWaitId)
    const parent = wait && this.runs.get(wait.runId)
    return parent ? [run, ...this.waitingFor(parent)] : [run]
  }

  private familyOf(top: StoredRun): StoredRun[] {
    return [...this.runs.values()].filter((run) => this.waitingFor(run).includes(top))
  }

  /** Of calls of its own. */
  private tokensOf({ row }: StoredRun): number {
    return this.readLog(row.id).reduce(
      (sum, event) => sum + (event.type === 'llm_called' ? event.usage.input_tokens + event.usage.output_tokens : 0),
      0,
    )
  }
}

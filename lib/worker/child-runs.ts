import type { Id } from '../ids'
import { log } from '../log'
import type { World } from './ports'

/**
 * The run of a sub-workflow is a run of its own. Parent and child meet only in rows: the wait of the parent, the child's
 * `parent_wait_id`. Each step here may be taken twice, or late by the sweep, and does its work once.
 */

/** Makes the run that a wait asks for. What cannot be started is told to the parent, whose node then fails. */
export async function startChild(world: World, waitId: Id): Promise<void> {
  const wait = await world.store.readWait(waitId)
  if (wait?.state !== 'open' || wait.kind !== 'child') return
  const refusal = await world.store.startChildRun(wait)
  if (refusal) await world.store.resolveChild(wait, { kind: 'refused', ...refusal })
}

/** Tells the parent that its child run has ended, or that it waits for people, or no longer does. */
export async function settleChild(world: World, runId: Id): Promise<void> {
  const parent = await world.store.findParentWait(runId)
  const wait = parent === undefined ? null : await world.store.readWait(parent.waitId)
  if (wait?.state !== 'open') return
  if (parent?.hasEnded) await world.store.resolveChild(wait, { kind: 'child', runId })
  else await world.store.tellParent(wait, runId)
}

/** Makes good what was forgotten: a queue worker that died in mid-job holds its job for hours. */
export async function attendForgottenChildren(world: World): Promise<void> {
  for (const { waitId, childId, todo } of await world.store.findForgottenChildren(100)) {
    log.debug({ waitId, todo }, 'attends to a forgotten child run')
    if (todo === 'start') await startChild(world, waitId)
    else if (todo === 'stop') await world.store.stopChild(waitId)
    else if (childId) await settleChild(world, childId)
  }
}

import { z } from 'zod'
import { type ListedStatus, listedStatus } from '../../api/dialects/status'
import { RUN_STATUSES, type RunStatus } from '../../engine/events'
import { AppError } from '../../errors'
import { type Id, parseId } from '../../ids'

/** Arguments and parts of results that several tools share. */

export const idArgument = (what: string) =>
  z.string().min(1).max(64).describe(`Id of the ${what}, in any of its spellings.`)

/** Throws `invalid_id` naming the argument. */
export function idOf(text: string, argument: string): Id {
  const id = parseId(text)
  if (id !== undefined) return id
  throw new AppError('invalid_id', `${argument}: "${text.slice(0, 80)}" is not an id.`, {
    errors: [{ path: argument, message: 'not an id' }],
  })
}

/** Free JSON objects. */
export const objectArgument = z.record(z.string(), z.unknown())

/** The canonical statuses that a listed one stands for. */
export function statusesOf(listed: ListedStatus): RunStatus[] {
  return RUN_STATUSES.filter((status) => listedStatus(status) === listed)
}

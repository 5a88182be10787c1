import type { Id } from '../ids'
import { wantsEvaluation } from '../workflow/evaluation'
import type { Desk } from './desk'
import type { World } from './ports'

/**
 * The id of the run that will evaluate the run of this desk, which has its terminal event; undefined: nobody evaluates it. A
 * sub-workflow is part of the run that waits for it, so it is not evaluated by itself.
 */
export function evaluationRunId({ chance }: World, { program, run, writer }: Desk): Id | undefined {
  const { evaluation } = program.definition.settings
  if (evaluation === undefined || run.parentWaitId !== null) return undefined
  return wantsEvaluation(evaluation, { id: run.id, status: writer.state.status }) ? chance.newId() : undefined
}

import type { Comment } from '../api/contracts/comments'
import type { Run, Segment } from '../api/contracts/runs'
import type { Principal } from '../auth/principal'
import { loadDefinition } from '../db/definitions'
import { MAX_COMMENTS } from '../db/run-comments'
import { findRunHead } from '../db/run-reads'
import type { Id } from '../ids'
import type { WorkflowDefinition } from '../workflow/document'
import { maskSecrets } from '../workflow/mask-secrets'
import { applyParameters } from '../workflow/parameters'
import { getRun, noSuchRun } from './get-run'
import { listSegments } from './list-segments'
import { listComments } from './manage-comments'

export interface RunRecordParts {
  run: Run
  segments: Segment[]
  /** Oldest first. */
  comments: Comment[]
  /** What the run executes, its parameters in it and its secrets masked. */
  definition: WorkflowDefinition
}

/** Segments of one record; a conversation of more turns is read at `/v1/runs/{id}/segments`. */
const MAX_SEGMENTS = 1_000

/** The record of a run. Throws `not_found` when it is not one of this workflow and team. */
export async function getRecord(of: { principal: Principal; workflowId: Id; runId: Id }): Promise<RunRecordParts> {
  const { principal, workflowId, runId } = of
  const head = await findRunHead({ teamId: principal.team.id, runId })
  if (head === undefined || head.workflow_id !== workflowId) throw noSuchRun()
  const run = await getRun({ principal, runId })
  const { items } = await listSegments({ principal, runId, limit: MAX_SEGMENTS })
  const { items: comments } = await listComments({ principal, runId, limit: MAX_COMMENTS })
  const { definition } = applyParameters(await loadDefinition(head.definition_id), run.parameters)
  return { run, segments: items, comments, definition: maskSecrets(definition) }
}

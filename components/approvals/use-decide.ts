'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { toast } from '@/components/ui/toast'
import { callApi } from '@/lib/api/client/call'
import { ApiError, messageOf } from '@/lib/api/client/error'
import { queryKey } from '@/lib/api/client/query'
import { type ApprovalStand, type Decided, type Decision, decidedSchema } from '@/lib/api/contracts/approvals'
import { contracts } from '@/lib/api/contracts/routes'
import type { FieldProblem } from '@/lib/errors'

/** What is to be decided: an open wait of a run, or a row of the inbox. */
export interface ApprovalSubject {
  /** The wait. A node that asks again is another subject. */
  id: string
  runId: string
  nodeId: string
  path: string[]
  title: string
  instructions: string
  shown: unknown
  shownHash: string
  /** JSON Schema of the form that may be edited before approving. */
  schema: Record<string, unknown> | null
  dueAt: string | null
  createdAt: string
  /** Who may decide and what was said so far. */
  stand: ApprovalStand | null
}

export type DecideState =
  | { kind: 'open' }
  | { kind: 'pending'; decision: Decision['decision'] }
  /** It stands: ours, perhaps with others still to be heard, or what somebody else decided before us (`conflict`). */
  | { kind: 'decided'; decision: Decided; conflict: boolean }
  /** Decided in another way than by a decision that can be shown; the message says how. */
  | { kind: 'gone'; message: string }
  | { kind: 'failed'; message: string; errors: FieldProblem[] }

/** Decides one approval and knows what came of it. The hash of what was seen goes along: a decision is about exactly that. */
export function useDecide(subject: ApprovalSubject) {
  const client = useQueryClient()
  const [state, setState] = useState<DecideState>({ kind: 'open' })

  async function decide(decision: Decision['decision'], comment: string, data?: unknown): Promise<Decided | null> {
    setState({ kind: 'pending', decision })
    try {
      const answer = await callApi(decision === 'approved' ? contracts.approve : contracts.reject, {
        params: { run_id: subject.runId, node_id: subject.nodeId },
        body: {
          shown_hash: subject.shownHash,
          ...(subject.path.length > 0 ? { path: subject.path } : {}),
          ...(comment.trim() === '' ? {} : { comment: comment.trim() }),
          ...(data === undefined ? {} : { data }),
        },
      })
      setState({ kind: 'decided', decision: answer, conflict: false })
      return answer
    } catch (error) {
      const next = stateAfter(error)
      setState(next)
      sayLost(next, decision)
      return null
    } finally {
      for (const read of [contracts.listApprovals, contracts.getRun, contracts.listRuns]) {
        void client.invalidateQueries({ queryKey: queryKey(read) })
      }
    }
  }

  return { state, decide }
}

/** The card may be gone in a moment, because the decision of somebody else takes it off the list: this stays. */
function sayLost(state: DecideState, wanted: Decision['decision']): void {
  if (state.kind !== 'gone' && !(state.kind === 'decided' && state.conflict)) return
  toast.warning(wanted === 'approved' ? 'Your approval was not recorded' : 'Your rejection was not recorded', {
    description:
      state.kind === 'gone'
        ? state.message
        : `${state.decision.decided_by} was faster and ${state.decision.decision} it.`,
    duration: 12_000,
  })
}

/** What a refusal means for the person who decided. */
export function stateAfter(error: unknown): DecideState {
  if (error instanceof ApiError) {
    const standing = decidedSchema.safeParse(error.problem.decision)
    if (error.code === 'already_decided' && standing.success) {
      return { kind: 'decided', decision: standing.data, conflict: true }
    }
    if (error.code === 'already_decided' || error.code === 'run_ended') return { kind: 'gone', message: error.message }
    return { kind: 'failed', message: error.message, errors: error.errors }
  }
  return { kind: 'failed', message: messageOf(error), errors: [] }
}

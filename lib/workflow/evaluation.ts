import { z } from 'zod'
import { isTerminal, type RunStatus } from '../engine/events'
import { type Id, parseId, toObjectId } from '../ids'
import type { EvaluationSettings, Problem } from './document'

/** What the settings of an evaluation mean, and what the output of an evaluator says. Source: `docs/evaluation.md`. */

/** Whether a run that has just ended is evaluated. The same run is always answered the same. */
export function wantsEvaluation(settings: EvaluationSettings, run: { id: Id; status: RunStatus }): boolean {
  if (!isTerminal(run.status) || (settings.when === 'completed' && run.status !== 'completed')) return false
  return settings.sample === undefined || shareOf(run.id) < settings.sample
}

/** A number in [0, 1) from the random half of an id. */
function shareOf(id: Id): number {
  return Number.parseInt(toObjectId(id).slice(12), 16) / 2 ** 48
}

export function evaluationProblems(settings: EvaluationSettings | undefined): Problem[] {
  if (settings === undefined || parseId(settings.workflowId) !== undefined) return []
  const message =
    settings.workflowId === '' ? 'Choose the workflow that evaluates.' : 'This is not the id of a workflow.'
  return [{ path: 'settings.evaluation.workflowId', severity: 'error', code: 'invalid_evaluation', message }]
}

const MAX_SCORES = 50
const scoresSchema = z
  .record(z.string().min(1).max(100), z.number())
  .refine((scores) => Object.keys(scores).length <= MAX_SCORES, `has more than ${MAX_SCORES} names`)
  .refine((scores) => Object.keys(scores).length > 0, 'is empty')
const verdictSchema = z.looseObject({
  scores: scoresSchema,
  turns: z
    .array(z.looseObject({ turn: z.int().min(1), scores: scoresSchema }))
    .max(1_000)
    .optional(),
  comment: z.string().optional(),
})

/** What an evaluator found. Without scores `problem` says why. */
export interface Verdict {
  scores: Record<string, number> | null
  turns: { turn: number; scores: Record<string, number> }[]
  comment: string | null
  problem: string | null
}

/** Reads `{ scores: { name: number }, turns?: [{ turn, scores }], comment? }`; anything else is a verdict without scores. */
export function verdictOf(output: unknown): Verdict {
  const parsed = verdictSchema.safeParse(output)
  if (parsed.success) {
    const { scores, turns = [], comment } = parsed.data
    const kept = turns.map((each) => ({ turn: each.turn, scores: each.scores }))
    return { scores, turns: kept, comment: comment ?? null, problem: null }
  }
  const why = parsed.error.issues.map(wordsOf)[0]
  return noVerdict(
    `The output of the evaluator holds no scores: ${why}. It should be an object with scores, a number for each name.`,
  )
}

const KINDS: Partial<Record<string, string>> = {
  record: 'an object',
  object: 'an object',
  number: 'a number',
  int: 'a whole number',
  string: 'a text',
  array: 'a list',
}

function wordsOf(issue: z.core.$ZodIssue): string {
  const where = issue.path.length === 0 ? 'it' : issue.path.join('.')
  const kind = issue.code === 'invalid_type' ? KINDS[issue.expected] : undefined
  return kind === undefined ? `${where} ${issue.message}` : `${where} is not ${kind}`
}

export function noVerdict(problem: string | null): Verdict {
  return { scores: null, turns: [], comment: null, problem }
}

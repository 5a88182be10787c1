import { z } from 'zod'
import { RUN_STATUSES } from '../../engine/events'
import { idSchema, jsonValueSchema, timestampSchema } from './common'

const scores = z.record(z.string(), z.number())

/** What the evaluation of a run came to: the same document on the run that is evaluated and on the run that evaluates it. */
export const evaluationSchema = z
  .object({
    run_id: idSchema.meta({ description: 'The run that is evaluated.' }),
    evaluation_run_id: idSchema.meta({ description: 'The run of the evaluator.' }),
    workflow_id: idSchema.nullable().meta({ description: 'The evaluator; null until it has started.' }),
    workflow_name: z.string().nullable(),
    status: z.enum(['pending', 'refused', ...RUN_STATUSES]).meta({
      description:
        'Of the run of the evaluator. `pending`: it is about to be started. `refused`: it cannot be; `error` says why.',
    }),
    scores: scores.nullable().meta({ description: 'By name. null: there are none; `problem` says why once it ended.' }),
    turns: z.array(z.object({ turn: z.int(), scores })).meta({ description: 'Scores of single turns.' }),
    comment: z.string().nullable(),
    problem: z.string().nullable().meta({ description: 'Why an evaluation that ended has no scores.' }),
    output: jsonValueSchema.meta({ description: 'What the evaluator gave, whatever it is; null over 256 KiB.' }),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    created_at: timestampSchema,
    ended_at: timestampSchema.nullable(),
  })
  .meta({ id: 'Evaluation' })
export type Evaluation = z.infer<typeof evaluationSchema>

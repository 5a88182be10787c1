import { z } from 'zod'
import { failureSchema } from '../../engine/events'
import { idSchema, timestampSchema } from './common'
import { contract } from './contract'
import { nodeRunSchema, runSummarySchema } from './runs'
import { definitionChangesSchema } from './workflow-more'

const valueDiffSchema = z
  .object({
    same: z.boolean().nullable().meta({ description: 'null: both are kept apart and as long; read them to know.' }),
    changes: z
      .array(
        z.object({
          path: z.string().meta({ description: 'Dotted; empty: the value as a whole.' }),
          kind: z.enum(['added', 'removed', 'changed']),
          before: z.string().optional().meta({ description: 'JSON, at most 400 characters of it.' }),
          after: z.string().optional(),
        }),
      )
      .meta({ description: 'At most 20.' }),
    more: z.int().meta({ description: 'Further places that are not listed.' }),
  })
  .meta({ id: 'ValueDiff' })

const sideSchema = z.object({
  status: nodeRunSchema.shape.status,
  attempts: z.int(),
  duration_ms: z.number().nullable(),
  tokens: z.int(),
  cost_usd: z.number(),
  error: failureSchema.nullable(),
  started_at: timestampSchema.nullable(),
})

const comparedNodeSchema = z
  .object({
    node_key: z.string(),
    node_id: z.string(),
    node_name: z.string(),
    path: z.array(z.string()).meta({ description: 'Items and turns of the containers that it is in.' }),
    verdict: z.enum(['same', 'changed', 'only_a', 'only_b']),
    changed: z.array(z.enum(['status', 'input', 'output', 'error'])).meta({ description: 'What differs.' }),
    a: sideSchema.nullable(),
    b: sideSchema.nullable(),
    input: valueDiffSchema.nullable().meta({ description: 'null: only one of the runs has it.' }),
    output: valueDiffSchema.nullable(),
  })
  .meta({ id: 'ComparedNode' })
export type ComparedNode = z.infer<typeof comparedNodeSchema>

const runComparisonSchema = z
  .object({
    a: runSummarySchema,
    b: runSummarySchema,
    input: valueDiffSchema,
    output: valueDiffSchema,
    definition: z.object({ same: z.boolean(), changes: definitionChangesSchema }),
    nodes: z.array(comparedNodeSchema).meta({ description: 'By address, at most 1 000.' }),
    truncated: z.boolean().meta({ description: 'There are more than 1 000 addresses.' }),
    first_divergence: z
      .string()
      .nullable()
      .meta({ description: 'Key of the node that began first among those that differ; null: none differs.' }),
  })
  .meta({ id: 'RunComparison' })
export type RunComparison = z.infer<typeof runComparisonSchema>

export const runCompareContracts = {
  compareRuns: contract({
    id: 'compareRuns',
    method: 'GET',
    path: '/runs/compare',
    permission: 'run:read',
    tag: 'Runs',
    summary: 'Compare two runs',
    description:
      'Where two runs of the team went different ways: their definitions, and for each node at each address its status, input, output and error. Durations, attempts and costs are told and make no difference.',
    query: z.object({
      a: idSchema.meta({ description: 'The run to compare with.' }),
      b: idSchema.meta({ description: 'The run that is looked at.' }),
    }),
    response: runComparisonSchema,
  }),
} as const

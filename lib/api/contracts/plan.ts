import { z } from 'zod'
import { idSchema } from './common'

/** What a run would do, without doing it: the answer to every `dry_run`. */

export const plannedNodeSchema = z
  .object({
    node_id: z.string(),
    node_name: z.string(),
    action: z.string().meta({ description: 'Its type.' }),
    depends_on: z.array(z.string()).meta({ description: 'Nodes that come before it.' }),
    certain: z.boolean().meta({
      description:
        'false: whether it runs is known only when the run gets there (a branch, a loop, an item, an error).',
    }),
    branches: z
      .array(z.string())
      .nullable()
      .meta({ description: 'Ways out of which one is taken; null: there is one.' }),
    side_effect: z.boolean().meta({ description: 'It calls something outside that may act.' }),
    waits_for: z
      .enum(['approval', 'input', 'callback', 'time', 'run'])
      .nullable()
      .meta({ description: 'What the run stops for here.' }),
    container: z.enum(['forEach', 'while']).nullable().meta({ description: 'It holds other nodes.' }),
    inside: z.string().nullable().meta({ description: 'Id of the container that holds it.' }),
    repeats: z.boolean().meta({ description: 'It may run more than once: in a loop or in a container.' }),
    disabled: z.boolean(),
  })
  .meta({ id: 'PlannedNode' })
export type PlannedNode = z.infer<typeof plannedNodeSchema>

export const planSchema = z
  .object({
    workflow_id: idSchema,
    version: z.object({ number: z.int(), label: z.string() }).nullable().meta({ description: 'null: the draft' }),
    nodes: z.array(plannedNodeSchema).meta({ description: 'In dependency order.' }),
    side_effects: z.array(z.string()).meta({ description: 'Nodes that act on something outside.' }),
    waits: z.array(z.string()).meta({ description: 'Nodes where the run stops for somebody or something.' }),
    uncertain: z.array(z.string()).meta({ description: 'Nodes that run only if the run takes their way.' }),
  })
  .meta({ id: 'RunPlan' })
export type RunPlan = z.infer<typeof planSchema>

const quantiles = z
  .object({ p50: z.number(), p95: z.number() })
  .nullable()
  .meta({ description: 'null: nothing is known' })

export const estimateSchema = z
  .object({
    tokens: quantiles,
    usd: quantiles,
    seconds: quantiles.meta({
      description: 'Of work. Time spent waiting for people, programs or the clock is not in it.',
    }),
    basis: z.object({
      source: z.enum(['this_version', 'this_workflow', 'none']).meta({
        description: 'Completed runs of this very definition, of the workflow in any version, or no run at all.',
      }),
      runs: z.int().meta({ description: 'How many completed runs it rests on.' }),
      note: z.string(),
    }),
  })
  .meta({ id: 'RunEstimate' })
export type RunEstimate = z.infer<typeof estimateSchema>

export const dryRunSchema = z
  .object({ dry_run: z.literal(true), plan: planSchema, estimate: estimateSchema })
  .meta({ id: 'DryRun', description: 'What a run would do and may cost. No run was made and nothing was called.' })
export type DryRun = z.infer<typeof dryRunSchema>

import { z } from 'zod'
import { idSchema, timestampSchema } from './common'
import { contract } from './contract'

const count = z.int()
const ended = z.object({
  completed: count,
  failed: count,
  cancelled: count,
  timed_out: count,
  aborted_looping_risk: count,
  skipped: count,
})

const totals = {
  runs: count,
  ended: ended.meta({ description: 'Runs that ended, by how.' }),
  open: count.meta({ description: 'Runs that have not ended.' }),
  active_seconds: z.number().meta({
    description: 'Of runs that ended: from start to end, without the time in which something was waited for.',
  }),
  calls: count.meta({ description: 'Calls of models.' }),
  unpriced_calls: count.meta({ description: 'Of these, calls whose price is not known; they are not in `cost_usd`.' }),
  input_tokens: z.number(),
  output_tokens: z.number(),
  cost_usd: z.number(),
  latency_ms: z.number().meta({ description: 'Of all calls together.' }),
}

const totalsSchema = z.object(totals).meta({ id: 'UsageTotals' })
export type UsageTotals = z.infer<typeof totalsSchema>

const groupSchema = z
  .object({
    key: z.string().nullable().meta({
      description:
        'A day (UTC), the id of a workflow, key or agent, a provider, or provider/model; null: runs without one.',
    }),
    name: z.string().nullable().meta({ description: 'Of the workflow, key or agent, while it is there.' }),
    ...totals,
  })
  .meta({ id: 'UsageGroup' })
export type UsageGroup = z.infer<typeof groupSchema>

const groupingSchema = z.enum(['day', 'workflow', 'model', 'provider', 'key', 'agent'])

const projectDaySchema = z
  .object({
    project_id: idSchema,
    name: z.string(),
    cost_usd: z.number(),
    limit_usd: z.number(),
    warns: z.boolean().meta({ description: 'Four fifths of the limit are used.' }),
  })
  .meta({ id: 'ProjectDay' })
export type ProjectDay = z.infer<typeof projectDaySchema>

const usageSchema = z
  .object({
    from: timestampSchema,
    to: timestampSchema,
    group_by: groupingSchema,
    totals: totalsSchema,
    items: z.array(groupSchema).meta({ description: 'Most runs first; days in order, those without a run left out.' }),
    projects_today: z.array(projectDaySchema).meta({
      description:
        'What projects paid for models since midnight (UTC), whatever time was asked for, beside what they may; the most first, those that paid nothing left out.',
    }),
  })
  .meta({ id: 'UsageReport' })
export type Usage = z.infer<typeof usageSchema>

export const usageContracts = {
  getUsage: contract({
    id: 'getUsage',
    method: 'GET',
    path: '/usage',
    permission: 'run:read',
    tag: 'Usage',
    summary: 'What runs came to, and what they used of models',
    description:
      'Of runs that were made from `from` on and before `to`, at most 366 days; by default the last 30 days, today included. A run counts in the group of the day on which it was made. Runs that were deleted are not in it.',
    query: z.object({
      from: timestampSchema.optional(),
      to: timestampSchema.optional(),
      group_by: groupingSchema.default('day'),
    }),
    response: usageSchema,
  }),
} as const

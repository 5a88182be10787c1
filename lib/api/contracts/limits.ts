import { z } from 'zod'
import { LIMITS, type LimitId } from '../../limits'
import { contract } from './contract'

const ids = Object.keys(LIMITS) as [LimitId, ...LimitId[]]

export const limitSchema = z
  .object({
    id: z.enum(ids),
    title: z.string(),
    unit: z.enum([
      'bytes',
      'characters',
      'items',
      'tokens',
      'calls',
      'ms',
      'hours',
      'days',
      'levels',
      'attempts',
      'USD',
    ]),
    value: z.number().meta({ description: 'What holds here; of `team_runs`, what holds for the team of the caller.' }),
    ceiling: z.int().meta({ description: 'The most that whoever may change it can set.' }),
    set_by: z.string().nullable().meta({
      description:
        'LIMIT_…: a variable of the operator; else a field of the definition, whose default is `value`. null: fixed.',
    }),
    code: z.string().nullable().meta({ description: 'Of the refusal or failure at the limit.' }),
    behaviour: z.string(),
    warns: z.boolean().meta({ description: 'A run says `run_warning` at four fifths of it.' }),
  })
  .meta({ id: 'Limit' })

export const limitsSchema = z.object({ items: z.array(limitSchema) }).meta({ id: 'Limits' })
export type Limits = z.infer<typeof limitsSchema>

const { ceiling } = LIMITS.team_runs
export const patchLimitsBodySchema = z
  .strictObject({
    team_runs: z
      .int()
      .min(1)
      .max(ceiling)
      .meta({ description: `How many runs of the team may go on at once, 1 to ${ceiling}.` }),
  })
  .meta({ id: 'PatchLimits' })

export const limitContracts = {
  listLimits: contract({
    id: 'listLimits',
    method: 'GET',
    path: '/limits',
    permission: 'self:read',
    tag: 'Limits',
    summary: 'Every limit, as it holds here',
    response: limitsSchema,
  }),
  patchLimits: contract({
    id: 'patchLimits',
    method: 'PATCH',
    path: '/limits',
    permission: 'team:manage',
    tag: 'Limits',
    summary: 'Say how many runs the team may have at once',
    description:
      'Takes effect within seconds. When it is raised, queued runs begin; when it is lowered, runs that go on are left alone and further ones begin as places fall free. `LIMIT_PROCESS_RUNS` of the operator bounds all teams together.',
    example: { team_runs: 40 },
    body: patchLimitsBodySchema,
    response: limitsSchema,
  }),
} as const

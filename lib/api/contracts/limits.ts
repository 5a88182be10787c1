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
    value: z.number().meta({ description: 'What holds here.' }),
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

export const limitContracts = {
  listLimits: contract({
    id: 'listLimits',
    method: 'GET',
    path: '/limits',
    permission: 'self:read',
    tag: 'Limits',
    summary: 'Every limit, as it holds here',
    response: z.object({ items: z.array(limitSchema) }),
  }),
} as const

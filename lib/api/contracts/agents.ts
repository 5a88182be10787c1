import { z } from 'zod'
import { idSchema, textSchema, timestampSchema } from './common'

const name = textSchema({ trim: true, min: 1, max: 100 })
const isDefault = z.boolean().meta({ description: 'Executes what names nobody. A team has one default at most.' })

export const agentSchema = z
  .object({ id: idSchema, team_id: idSchema, name: z.string(), is_default: z.boolean(), created_at: timestampSchema })
  .meta({ id: 'Agent', description: 'Who a run is executed as.' })
export type Agent = z.infer<typeof agentSchema>

export const createAgentBodySchema = z
  .strictObject({ name, is_default: isDefault.optional() })
  .meta({ id: 'CreateAgent' })
export const patchAgentBodySchema = z
  .strictObject({ name: name.optional(), is_default: isDefault.optional() })
  .meta({ id: 'PatchAgent' })

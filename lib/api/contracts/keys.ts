import { z } from 'zod'
import { LIMITS } from '../../limits'
import { ownTeamSchema } from './account'
import { idSchema, roleSchema, scopeSchema, timestampSchema } from './common'

export const apiKeySchema = z
  .object({
    id: idSchema,
    name: z.string(),
    prefix: z.string(),
    scopes: z.array(scopeSchema),
    created_by: z.string(),
    created_at: timestampSchema,
    expires_at: timestampSchema.nullable(),
    last_used_at: timestampSchema.nullable(),
    revoked_at: timestampSchema.nullable(),
    can_revoke: z
      .boolean()
      .meta({ description: 'Whether the caller may revoke it: the creator, an owner or an admin.' }),
  })
  .meta({ id: 'ApiKey' })
export type ApiKey = z.infer<typeof apiKeySchema>

export const createKeyBodySchema = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .regex(/^\P{Cc}*$/u, 'may not contain control characters'),
    scopes: z.array(scopeSchema).min(1, 'choose at least one scope'),
    expires_in_days: z.int().min(1).max(LIMITS.api_key_life.ceiling).default(LIMITS.api_key_life.value),
  })
  .meta({ id: 'CreateApiKey' })

export const createdKeySchema = apiKeySchema
  .extend({ secret: z.string().meta({ description: 'The key itself. Shown this once.' }) })
  .meta({ id: 'CreatedApiKey' })
export type CreatedApiKey = z.infer<typeof createdKeySchema>

/** Who is calling. */
export const principalSchema = z
  .object({
    kind: z.enum(['user', 'api_key', 'oauth']),
    id: idSchema,
    name: z.string(),
    email: z.string().nullable(),
    role: roleSchema,
    scopes: z.array(scopeSchema).nullable().meta({ description: 'null: a person, bound by the role alone' }),
    team: z.object({ id: idSchema, name: z.string(), slug: z.string() }),
    teams: z
      .array(ownTeamSchema)
      .meta({ description: 'Where the caller can act: all teams of a person, the one of a key.' }),
  })
  .meta({ id: 'Principal' })
export type Me = z.infer<typeof principalSchema>

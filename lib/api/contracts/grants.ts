import { z } from 'zod'
import { idSchema, pageOf, scopeSchema, timestampSchema } from './common'
import { contract } from './contract'

const grantSchema = z
  .object({
    id: idSchema,
    client_name: z.string().meta({ description: 'What the program calls itself.' }),
    described_by: z.string().nullable().meta({ description: 'The host that vouches for the program, if one does.' }),
    user: z.object({ id: idSchema, name: z.string() }).meta({ description: 'Who it acts for.' }),
    is_own: z.boolean(),
    scopes: z.array(scopeSchema),
    created_at: timestampSchema,
    last_used_at: timestampSchema.nullable(),
  })
  .meta({ id: 'ConnectedApp', description: 'A program that a person lets act for them in the team.' })
export type Grant = z.infer<typeof grantSchema>

export const grantContracts = {
  listGrants: contract({
    id: 'listGrants',
    method: 'GET',
    path: '/oauth/grants',
    root: 'api',
    permission: 'self:manage',
    tag: 'OAuth',
    summary: 'List connected apps: your own; for owners and admins those of the team',
    response: pageOf(grantSchema),
  }),
  revokeGrant: contract({
    id: 'revokeGrant',
    method: 'DELETE',
    path: '/oauth/grants/{grant_id}',
    root: 'api',
    permission: 'self:manage',
    tag: 'OAuth',
    summary: 'Disconnect an app: its tokens are refused within seconds',
    response: z.undefined(),
    status: 204,
  }),
} as const

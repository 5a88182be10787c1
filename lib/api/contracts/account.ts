import { z } from 'zod'
import { idSchema, pageOf, roleSchema, textSchema, timestampSchema } from './common'
import { contract } from './contract'

/** A person's own account: their teams, their password, where they are signed in. By people in their browser only. */

export const ownTeamSchema = z
  .object({ id: idSchema, name: z.string(), slug: z.string(), role: roleSchema })
  .meta({ id: 'OwnTeam', description: 'A team, and what the caller is in it.' })
export type OwnTeam = z.infer<typeof ownTeamSchema>

const ownSessionSchema = z
  .object({
    id: idSchema,
    user_agent: z.string(),
    team: z.string(),
    created_at: timestampSchema,
    last_seen_at: timestampSchema,
    expires_at: timestampSchema,
    is_current: z.boolean(),
  })
  .meta({ id: 'OwnSession' })
export type OwnSession = z.infer<typeof ownSessionSchema>

const teamName = textSchema({ trim: true, min: 1, max: 100 }).regex(/^\P{Cc}*$/u, 'may not contain control characters')
const password = z.string().max(1_000)

export const accountContracts = {
  createTeam: contract({
    id: 'createTeam',
    method: 'POST',
    path: '/teams',
    permission: 'self:manage',
    tag: 'Account',
    summary: 'Create a further team, which you own',
    description: 'By people in their browser only. It has a project and a default agent to begin with.',
    example: { name: 'Night desk' },
    body: z.strictObject({ name: teamName }).meta({ id: 'CreateTeam' }),
    response: ownTeamSchema,
    status: 201,
    errors: ['limit_reached'],
  }),
  patchTeam: contract({
    id: 'patchTeam',
    method: 'PATCH',
    path: '/teams/{team_id}',
    permission: 'team:manage',
    tag: 'Members',
    summary: 'Rename the team',
    example: { name: 'Night desk' },
    body: z.strictObject({ name: teamName }).meta({ id: 'PatchTeam' }),
    response: ownTeamSchema,
  }),
  switchTeam: contract({
    id: 'switchTeam',
    method: 'POST',
    path: '/auth/team',
    root: 'api',
    permission: 'self:manage',
    tag: 'Account',
    summary: 'Turn this session to another of your teams',
    body: z.strictObject({ team_id: idSchema }).meta({ id: 'SwitchTeam' }),
    response: z.undefined(),
    status: 204,
  }),
  acceptInvitation: contract({
    id: 'acceptInvitation',
    method: 'POST',
    path: '/auth/join',
    root: 'api',
    permission: 'self:manage',
    tag: 'Account',
    summary: 'Join the team of an invitation as who you are, and turn this session there',
    body: z.strictObject({ token: z.string().min(1).max(100) }).meta({ id: 'AcceptInvitation' }),
    response: z.undefined(),
    status: 204,
    errors: ['conflict'],
  }),
  changePassword: contract({
    id: 'changePassword',
    method: 'POST',
    path: '/auth/password',
    root: 'api',
    permission: 'self:manage',
    tag: 'Account',
    summary: 'Change your password; every other session of yours ends',
    body: z.strictObject({ current_password: password, new_password: password }).meta({ id: 'ChangePassword' }),
    response: z.undefined(),
    status: 204,
  }),
  listOwnSessions: contract({
    id: 'listOwnSessions',
    method: 'GET',
    path: '/auth/sessions',
    root: 'api',
    permission: 'self:manage',
    tag: 'Account',
    summary: 'Where you are signed in',
    response: pageOf(ownSessionSchema),
  }),
  endOwnSession: contract({
    id: 'endOwnSession',
    method: 'DELETE',
    path: '/auth/sessions/{session_id}',
    root: 'api',
    permission: 'self:manage',
    tag: 'Account',
    summary: 'End a session of yours',
    response: z.undefined(),
    status: 204,
  }),
} as const

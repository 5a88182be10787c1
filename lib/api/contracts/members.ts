import { z } from 'zod'
import { idSchema, pageOf, pageQuerySchema, roleSchema, textSchema, timestampSchema } from './common'
import { contract } from './contract'

/** The people of a team. Inviting makes a link that is handed over by hand: no mail is sent. */

const memberSchema = z
  .object({
    user_id: idSchema,
    name: z.string(),
    email: z.string(),
    role: roleSchema,
    joined_at: timestampSchema,
    last_seen_at: timestampSchema.nullable().meta({ description: 'In this team; null: not in the last weeks.' }),
    is_disabled: z.boolean(),
    may: z
      .object({ change: z.boolean(), remove: z.boolean(), reset_password: z.boolean() })
      .meta({ description: 'What the caller may do with this member.' }),
  })
  .meta({ id: 'Member' })
export type Member = z.infer<typeof memberSchema>

const invitationSchema = z
  .object({
    id: idSchema,
    email: z.string(),
    name: z.string(),
    role: roleSchema,
    invited_by: z.string(),
    created_at: timestampSchema,
    expires_at: timestampSchema,
  })
  .meta({ id: 'Invitation' })
export type Invitation = z.infer<typeof invitationSchema>

const oneTimeLinkSchema = z
  .object({
    link: z.string().meta({ description: 'Works once. Shown this once; only its hash is kept.' }),
    expires_at: timestampSchema,
  })
  .meta({ id: 'OneTimeLink' })

const invitedSchema = z
  .object({
    member: memberSchema.nullable().meta({ description: 'Who had an account here already, and is a member now.' }),
    invitation: invitationSchema.extend({ link: z.string() }).nullable().meta({
      description: 'For everybody else: the link by which they join, shown this once. It works for seven days.',
    }),
  })
  .meta({ id: 'Invited' })
export type Invited = z.infer<typeof invitedSchema>

const inviteBodySchema = z
  .strictObject({
    email: z.email('is not an e-mail address').max(320),
    name: textSchema({ trim: true, max: 100 }).optional(),
    role: roleSchema,
  })
  .meta({ id: 'InviteMember' })

const ownOnly = 'Nobody gives, changes or takes away a role above their own, and a team keeps an owner (409).'

export const memberContracts = {
  listMembers: contract({
    id: 'listMembers',
    method: 'GET',
    path: '/members',
    permission: 'team:read',
    tag: 'Members',
    summary: 'List the members of the team',
    query: pageQuerySchema,
    response: pageOf(memberSchema),
  }),
  inviteMember: contract({
    id: 'inviteMember',
    method: 'POST',
    path: '/members',
    permission: 'team:manage',
    tag: 'Members',
    summary: 'Add or invite a person',
    description: `Who has an account here is added at once. For everybody else a link is made, by which they join; inviting the same address again makes a new link in place of the one before. ${ownOnly}`,
    example: { email: 'grace@example.com', name: 'Grace', role: 'editor' },
    body: inviteBodySchema,
    response: invitedSchema,
    status: 201,
    errors: ['conflict', 'limit_reached'],
  }),
  patchMember: contract({
    id: 'patchMember',
    method: 'PATCH',
    path: '/members/{user_id}',
    permission: 'team:manage',
    tag: 'Members',
    summary: 'Change the role of a member',
    description: ownOnly,
    example: { role: 'approver' },
    body: z.strictObject({ role: roleSchema }).meta({ id: 'PatchMember' }),
    response: memberSchema,
    errors: ['conflict'],
  }),
  deleteMember: contract({
    id: 'deleteMember',
    method: 'DELETE',
    path: '/members/{user_id}',
    permission: 'self:manage',
    tag: 'Members',
    summary: 'Remove a member, or leave the team',
    description: `Owners and admins remove others; everybody may leave. Their sessions in this team end within seconds, as do their API keys and connected apps; runs that they started go on. ${ownOnly}`,
    response: z.undefined(),
    status: 204,
    errors: ['conflict'],
  }),
  createResetLink: contract({
    id: 'createResetLink',
    method: 'POST',
    path: '/members/{user_id}/reset-link',
    permission: 'team:manage',
    tag: 'Members',
    summary: 'Make a link by which a member chooses a new password',
    description:
      'It works once, for a day, in place of any before. For a member of other teams too, the caller must be allowed to manage them in each of these teams.',
    response: oneTimeLinkSchema,
    status: 201,
  }),
  listInvitations: contract({
    id: 'listInvitations',
    method: 'GET',
    path: '/invitations',
    permission: 'team:manage',
    tag: 'Members',
    summary: 'List the invitations that can still be taken',
    query: pageQuerySchema,
    response: pageOf(invitationSchema),
  }),
  getInvitation: contract({
    id: 'getInvitation',
    method: 'GET',
    path: '/invitations/{invitation_id}',
    permission: 'team:manage',
    tag: 'Members',
    summary: 'Get an invitation that can still be taken',
    response: invitationSchema,
  }),
  revokeInvitation: contract({
    id: 'revokeInvitation',
    method: 'DELETE',
    path: '/invitations/{invitation_id}',
    permission: 'team:manage',
    tag: 'Members',
    summary: 'Revoke an invitation: its link works no more',
    response: z.undefined(),
    status: 204,
  }),
} as const

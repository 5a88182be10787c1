import { requireId } from '../../../ids'
import { changeMember, removeMember } from '../../../usecases/change-member'
import { getInvitation, inviteMember, listInvitations, revokeInvitation } from '../../../usecases/invite-member'
import { joinAsMyself } from '../../../usecases/join-team'
import { listMembers } from '../../../usecases/list-members'
import { changePassword, endOwnSession, listOwnSessions } from '../../../usecases/manage-account'
import { listGrants, revokeGrant } from '../../../usecases/manage-grants'
import { createTeam, renameTeam, switchTeam } from '../../../usecases/manage-teams'
import { createResetLink } from '../../../usecases/reset-password'
import { contracts } from '../../contracts/routes'
import { defineRoute } from '../define-route'

/** Members of the team, and what concerns the account of whoever calls. */
export const peopleRoutes = [
  defineRoute(contracts.listMembers, ({ principal, query }) => listMembers({ principal, ...query })),
  defineRoute(contracts.inviteMember, ({ principal, body }) => inviteMember({ principal, ...body })),
  defineRoute(contracts.patchMember, ({ principal, params, body }) =>
    changeMember({ principal, userId: params.user_id, role: body.role }),
  ),
  defineRoute(contracts.createResetLink, ({ principal, params }) =>
    createResetLink({ principal, userId: params.user_id }),
  ),
  defineRoute(contracts.deleteMember, ({ principal, params }) => removeMember({ principal, userId: params.user_id })),
  defineRoute(contracts.listInvitations, ({ principal, query }) => listInvitations({ principal, ...query })),
  defineRoute(contracts.getInvitation, ({ principal, params }) =>
    getInvitation({ principal, invitationId: params.invitation_id }),
  ),
  defineRoute(contracts.revokeInvitation, ({ principal, params }) =>
    revokeInvitation({ principal, invitationId: params.invitation_id }),
  ),

  defineRoute(contracts.createTeam, ({ principal, body }) => createTeam({ principal, name: body.name })),
  defineRoute(contracts.patchTeam, ({ principal, params, body }) =>
    renameTeam({ principal, teamId: params.team_id, name: body.name }),
  ),
  defineRoute(contracts.switchTeam, ({ principal, body }) =>
    switchTeam({ principal, teamId: requireId(body.team_id, 'team_id') }),
  ),
  defineRoute(contracts.acceptInvitation, ({ principal, body }) => joinAsMyself({ principal, token: body.token })),
  defineRoute(contracts.changePassword, ({ principal, body }) =>
    changePassword({ principal, current: body.current_password, next: body.new_password }),
  ),
  defineRoute(contracts.listOwnSessions, ({ principal }) => listOwnSessions({ principal })),
  defineRoute(contracts.endOwnSession, ({ principal, params }) =>
    endOwnSession({ principal, sessionId: params.session_id }),
  ),
  defineRoute(contracts.listGrants, ({ principal }) => listGrants({ principal })),
  defineRoute(contracts.revokeGrant, ({ principal, params }) => revokeGrant({ principal, grantId: params.grant_id })),
]

import { AppError } from '../errors'
import { type Action, PERMISSIONS, refusal } from './permissions'
import type { Principal } from './principal'

/**
 * Lets the caller pass or throws: `insufficient_scope` (403) names the scope that the key lacks, `forbidden` (403) names
 * the role and those that may.
 */
export function requirePermission(principal: Principal, action: Action): void {
  const refused = refusal(action, principal)
  if (refused === null) return
  if (refused.by === 'scope') {
    throw new AppError('insufficient_scope', `This key lacks the scope ${refused.scope}; create a key that has it.`, {
      extra: { scope: refused.scope },
    })
  }
  const roles = PERMISSIONS[action].roles.join(', ')
  throw new AppError(
    'forbidden',
    `The role ${principal.role} in ${principal.team.name} does not allow this; it takes one of: ${roles}.`,
    { extra: { role: principal.role } },
  )
}

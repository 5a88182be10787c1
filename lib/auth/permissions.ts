/**
 * The one permission table, pure. What a caller may do is decided here and nowhere else: a person by the role in the team,
 * a key by its scope *and* its creator's current role.
 */
export const ROLES = ['owner', 'admin', 'editor', 'runner', 'approver', 'viewer'] as const
export type Role = (typeof ROLES)[number]

export const SCOPES = [
  'workflows:read',
  'workflows:write',
  'workflows:publish',
  'workflows:execute',
  'runs:read',
  'runs:write',
  'approvals:decide',
  'credentials:write',
  'admin',
] as const
export type Scope = (typeof SCOPES)[number]

interface Rule {
  roles: readonly Role[]
  /** The scope a key needs; null: any valid key. `admin` on a key stands for every scope. */
  scope: Scope | null
}

const everyone = ROLES
const editors = ['owner', 'admin', 'editor'] as const
const operators = ['owner', 'admin', 'editor', 'runner'] as const

export const PERMISSIONS = {
  'self:read': { roles: everyone, scope: null },
  'self:manage': { roles: everyone, scope: 'admin' },
  'workflow:read': { roles: everyone, scope: 'workflows:read' },
  'workflow:write': { roles: editors, scope: 'workflows:write' },
  'workflow:publish': { roles: editors, scope: 'workflows:publish' },
  'workflow:execute': { roles: operators, scope: 'workflows:execute' },
  'run:read': { roles: everyone, scope: 'runs:read' },
  'run:write': { roles: operators, scope: 'runs:write' },
  'run:comment': { roles: everyone, scope: 'runs:write' },
  'comment:delete': { roles: ['owner', 'admin'], scope: 'admin' },
  'approval:read': { roles: everyone, scope: 'runs:read' },
  'approval:decide': { roles: ['owner', 'admin', 'editor', 'approver'], scope: 'approvals:decide' },
  'credential:write': { roles: editors, scope: 'credentials:write' },
  'key:read': { roles: editors, scope: 'admin' },
  'key:manage': { roles: editors, scope: 'admin' },
  'team:read': { roles: everyone, scope: 'admin' },
  'audit:read': { roles: ['owner', 'admin'], scope: 'admin' },
  'team:manage': { roles: ['owner', 'admin'], scope: 'admin' },
} as const satisfies Record<string, Rule>
export type Action = keyof typeof PERMISSIONS

/** Why an action is refused: `role` when the role does not allow it, `scope` when the key lacks the scope, null when it is allowed. */
export function refusal(
  action: Action,
  who: { role: Role; scopes: readonly string[] | null },
): { by: 'role' } | { by: 'scope'; scope: Scope } | null {
  const rule: Rule = PERMISSIONS[action]
  if (who.scopes !== null && rule.scope !== null && !who.scopes.includes(rule.scope) && !who.scopes.includes('admin')) {
    return { by: 'scope', scope: rule.scope }
  }
  return rule.roles.includes(who.role) ? null : { by: 'role' }
}

/** Whether somebody of the role `by` may give, change or take away `role` in their team: nobody reaches above their own. */
export function mayGrantRole(by: Role, role: Role): boolean {
  const managers: readonly Role[] = PERMISSIONS['team:manage'].roles
  return managers.includes(by) && ROLES.indexOf(by) <= ROLES.indexOf(role)
}

/**
 * The scopes that a person of this role may put on a key: those of which the role may do everything they open. `admin`
 * stands for every scope, also for those of the future, so only an owner grants it.
 */
export function grantableScopes(role: Role): Scope[] {
  const rules: readonly Rule[] = Object.values(PERMISSIONS)
  return SCOPES.filter((scope) =>
    scope === 'admin' ? role === 'owner' : rules.every((rule) => rule.scope !== scope || rule.roles.includes(role)),
  )
}

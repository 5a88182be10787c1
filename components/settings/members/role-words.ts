import { type Action, mayGrantRole, ROLES, type Role, refusal } from '@/lib/auth/permissions'

export const ROLE_WORDS: Record<Role, string> = {
  owner: 'Owner',
  admin: 'Admin',
  editor: 'Editor',
  runner: 'Runner',
  approver: 'Approver',
  viewer: 'Viewer',
}

/** Rights worth telling roles apart by, in the order in which people ask for them. Who has them is read from the permission table. */
const RIGHTS: readonly { action: Action; words: string }[] = [
  { action: 'workflow:read', words: 'sees workflows and runs' },
  { action: 'workflow:write', words: 'edits and publishes workflows' },
  { action: 'workflow:execute', words: 'starts and controls runs' },
  { action: 'approval:decide', words: 'decides approvals' },
  { action: 'key:manage', words: 'makes API keys' },
  { action: 'team:manage', words: 'manages members' },
]

/** What a role may do, as one sentence. */
export function explainRole(role: Role): string {
  const rights = RIGHTS.filter(({ action }) => refusal(action, { role, scopes: null }) === null)
  const words = rights.map((right) => right.words)
  if (mayGrantRole(role, 'owner')) words.push('makes other owners')
  const text = words.length === 1 ? `only ${words[0]}` : words.join(', ')
  return `${text[0]?.toUpperCase()}${text.slice(1)}.`
}

/** The roles that somebody of this role may give. */
export function grantableRoles(role: Role): Role[] {
  return ROLES.filter((each) => mayGrantRole(role, each))
}

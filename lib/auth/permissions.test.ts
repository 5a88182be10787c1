import { describe, expect, it } from 'vitest'
import { newId } from '../ids'
import { requirePermission } from './authorize'
import {
  type Action,
  grantableScopes,
  mayGrantRole,
  PERMISSIONS,
  ROLES,
  type Role,
  refusal,
  SCOPES,
  type Scope,
} from './permissions'
import type { Principal } from './principal'

/** Said a second time, in other words than the table: `x` means allowed, in the order owner admin editor runner approver viewer. */
const EXPECTED: Record<Action, { roles: string; scope: Scope | null }> = {
  'self:read': { roles: 'xxxxxx', scope: null },
  'self:manage': { roles: 'xxxxxx', scope: 'admin' },
  'workflow:read': { roles: 'xxxxxx', scope: 'workflows:read' },
  'workflow:write': { roles: 'xxx---', scope: 'workflows:write' },
  'workflow:publish': { roles: 'xxx---', scope: 'workflows:publish' },
  'workflow:execute': { roles: 'xxxx--', scope: 'workflows:execute' },
  'run:read': { roles: 'xxxxxx', scope: 'runs:read' },
  'run:write': { roles: 'xxxx--', scope: 'runs:write' },
  'run:comment': { roles: 'xxxxxx', scope: 'runs:write' },
  'comment:delete': { roles: 'xx----', scope: 'admin' },
  'approval:read': { roles: 'xxxxxx', scope: 'runs:read' },
  'approval:decide': { roles: 'xxx-x-', scope: 'approvals:decide' },
  'credential:write': { roles: 'xxx---', scope: 'credentials:write' },
  'key:read': { roles: 'xxx---', scope: 'admin' },
  'key:manage': { roles: 'xxx---', scope: 'admin' },
  'team:read': { roles: 'xxxxxx', scope: 'admin' },
  'audit:read': { roles: 'xx----', scope: 'admin' },
  'team:manage': { roles: 'xx----', scope: 'admin' },
}

const actions = Object.keys(PERMISSIONS) as Action[]
const roleAllows = (action: Action, role: Role) => EXPECTED[action].roles[ROLES.indexOf(role)] === 'x'

function principal(role: Role, scopes: readonly Scope[] | null): Principal {
  const id = newId()
  return {
    kind: scopes === null ? 'user' : 'api_key',
    id,
    userId: id,
    name: 'someone',
    email: null,
    role,
    scopes,
    team: { id: newId(), name: 'Ops', slug: 'ops' },
  }
}

describe('the permission table', () => {
  it('has a row in this test for every action', () => {
    expect(Object.keys(EXPECTED).sort()).toEqual([...actions].sort())
  })

  describe.each(actions)('%s', (action) => {
    it.each(ROLES)('a person who is %s', (role) => {
      expect(refusal(action, { role, scopes: null })).toEqual(roleAllows(action, role) ? null : { by: 'role' })
    })

    it.each(ROLES.flatMap((role) => SCOPES.map((scope) => [role, scope] as const)))(
      'a key made by a(n) %s with only %s',
      (role, scope) => {
        const needed = EXPECTED[action].scope
        const scopeAllows = needed === null || scope === needed || scope === 'admin'
        const answer = refusal(action, { role, scopes: [scope] })
        if (!scopeAllows) expect(answer).toEqual({ by: 'scope', scope: needed })
        else expect(answer).toEqual(roleAllows(action, role) ? null : { by: 'role' })
      },
    )
  })

  it('gives a key without scopes nothing but to know itself', () => {
    const allowed = actions.filter((action) => refusal(action, { role: 'owner', scopes: [] }) === null)
    expect(allowed).toEqual(['self:read'])
  })

  it('opens at least one action with every scope', () => {
    const opened = new Set(Object.values(EXPECTED).map((rule) => rule.scope))
    expect(SCOPES.filter((scope) => !opened.has(scope))).toEqual([])
  })
})

describe('what a role may put on a key', () => {
  it('is never more than the role may do itself', () => {
    for (const role of ROLES) {
      for (const action of actions) {
        const needed = EXPECTED[action].scope
        if (needed === null || needed === 'admin' || !grantableScopes(role).includes(needed)) continue
        expect(refusal(action, { role, scopes: null }), `${role} grants ${needed}`).toBeNull()
      }
    }
  })

  it('leaves the wildcard to owners', () => {
    expect(ROLES.filter((role) => grantableScopes(role).includes('admin'))).toEqual(['owner'])
  })

  it('gives an owner every scope, an editor all but the wildcard, a viewer reading', () => {
    expect(grantableScopes('owner')).toEqual([...SCOPES])
    expect(grantableScopes('editor')).toEqual(SCOPES.filter((scope) => scope !== 'admin'))
    expect(grantableScopes('viewer')).toEqual(['workflows:read', 'runs:read'])
  })
})

describe('requirePermission', () => {
  it('names the scope that a key lacks', () => {
    expect(() => requirePermission(principal('owner', ['runs:read']), 'workflow:execute')).toThrow(
      expect.objectContaining({
        code: 'insufficient_scope',
        status: 403,
        message: expect.stringContaining('workflows:execute'),
      }),
    )
  })

  it('names the role that does not allow it', () => {
    expect(() => requirePermission(principal('viewer', null), 'workflow:execute')).toThrow(
      expect.objectContaining({ code: 'forbidden', status: 403, message: expect.stringContaining('viewer') }),
    )
  })

  it('holds a key to the current role of its creator', () => {
    expect(() => requirePermission(principal('viewer', ['admin']), 'workflow:write')).toThrow(
      expect.objectContaining({ code: 'forbidden' }),
    )
    expect(() => requirePermission(principal('editor', ['workflows:write']), 'workflow:write')).not.toThrow()
  })
})

describe('giving roles', () => {
  it('is for owners and admins, and never above their own', () => {
    const given = (by: Role) => ROLES.filter((role) => mayGrantRole(by, role))
    expect(ROLES.map((by) => [by, given(by)])).toEqual([
      ['owner', [...ROLES]],
      ['admin', ['admin', 'editor', 'runner', 'approver', 'viewer']],
      ...ROLES.slice(2).map((by) => [by, []]),
    ])
  })
})

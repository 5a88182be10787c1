import type { CreatedApiKey } from '../api/contracts/keys'
import { generateApiKey } from '../auth/api-key'
import { grantableScopes, type Scope } from '../auth/permissions'
import type { Principal } from '../auth/principal'
import { insertKey } from '../db/api-keys'
import { auditBy } from '../db/audit'
import { AppError } from '../errors'
import { LIMITS } from '../limits'
import { presentKey } from './present-key'

/** Working keys of one person in one team. */
export const MAX_ACTIVE_KEYS = LIMITS.api_keys.value
const DAY_MS = 24 * 60 * 60 * 1000

/**
 * A new key of the caller's team, in the name of the person behind the call. The answer is the only place where its secret
 * ever appears. Throws `validation_failed` for a scope beyond what the caller may do, `limit_reached` at 20 working keys.
 */
export async function createKey(options: {
  principal: Principal
  name: string
  scopes: readonly Scope[]
  expiresInDays: number
}): Promise<CreatedApiKey> {
  const { principal, name } = options
  const scopes = [...new Set(options.scopes)]
  refuseScopesBeyond(principal, scopes)
  const { secret, prefix, hash } = generateApiKey()
  const expiresAt = new Date(Date.now() + options.expiresInDays * DAY_MS)
  const { team, userId } = principal
  const row = await insertKey(
    { teamId: team.id, createdBy: userId, name, prefix, hash, scopes, expiresAt },
    MAX_ACTIVE_KEYS,
    auditBy(principal),
  )
  return { ...presentKey(row, principal), secret }
}

/** A key may do no more than the person who makes it, nor than the key by which it is made. */
function refuseScopesBeyond(principal: Principal, scopes: readonly Scope[]): void {
  const { role } = principal
  const own = principal.scopes
  const granted = grantableScopes(role).filter((scope) => own === null || own.includes(scope) || own.includes('admin'))
  const beyond = scopes.filter((scope) => !granted.includes(scope))
  if (beyond.length === 0) return
  const can = granted.length === 0 ? 'none' : granted.join(', ')
  throw new AppError(
    'validation_failed',
    `scopes: the role ${role} cannot grant ${beyond.join(', ')}; it can grant ${can}.`,
    {
      errors: beyond.map((scope) => ({
        path: `scopes.${scopes.indexOf(scope)}`,
        message: `${scope} is more than you may grant`,
      })),
    },
  )
}

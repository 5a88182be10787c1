import type { ApiKey } from '../api/contracts/keys'
import { SCOPES } from '../auth/permissions'
import type { Principal } from '../auth/principal'
import type { ApiKeyRow } from '../db/api-keys'

/** A stored key as `principal` sees it. Its secret is nowhere: only the hash is stored. */
export function presentKey(row: ApiKeyRow, principal: Principal): ApiKey {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: SCOPES.filter((scope) => row.scopes.includes(scope)),
    created_by: row.creatorName,
    created_at: row.createdAt.toISOString(),
    expires_at: row.expiresAt?.toISOString() ?? null,
    last_used_at: row.lastUsedAt?.toISOString() ?? null,
    revoked_at: row.revokedAt?.toISOString() ?? null,
    can_revoke: mayRevoke(row, principal),
  }
}

/** People end their own keys; owners and admins end anybody's. */
export function mayRevoke(row: Pick<ApiKeyRow, 'createdBy'>, principal: Principal): boolean {
  return row.createdBy === principal.userId || principal.role === 'owner' || principal.role === 'admin'
}

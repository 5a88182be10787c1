import type { ApiKey } from '../api/contracts/keys'
import type { Principal } from '../auth/principal'
import { listKeysOfTeam } from '../db/api-keys'
import { presentKey } from './present-key'

/** Every key of the caller's team that works, then the youngest that no longer do. One page: working keys are few by limit. */
export async function listKeys(of: { principal: Principal }): Promise<{ items: ApiKey[]; next_cursor: string | null }> {
  const rows = await listKeysOfTeam(of.principal.team.id)
  return { items: rows.map((row) => presentKey(row, of.principal)), next_cursor: null }
}

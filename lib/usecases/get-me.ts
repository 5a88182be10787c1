import type { Me } from '../api/contracts/keys'
import type { Principal } from '../auth/principal'
import { teamsOf } from './manage-teams'

/** Who is calling, as the caller may see it. */
export async function getMe(of: { principal: Principal }): Promise<Me> {
  const { kind, id, name, email, role, scopes, team } = of.principal
  return {
    kind,
    id,
    name,
    email,
    role,
    scopes: scopes === null ? null : [...scopes],
    team: { id: team.id, name: team.name, slug: team.slug },
    teams: await teamsOf(of.principal),
  }
}

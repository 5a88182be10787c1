import type { Id } from '../ids'
import type { Role, Scope } from './permissions'

/** Who is calling, whatever the door. Made only by `authenticate`; every use case takes one. */
export interface Principal {
  kind: 'user' | 'api_key'
  /** The user's id, or the key's. */
  id: Id
  /** The person behind it: the user, or the key's creator. */
  userId: Id
  /** Shown to people: the user's name, or `key "CI"`. */
  name: string
  email: string | null
  role: Role
  /** null: a person, bound by the role alone. */
  scopes: readonly Scope[] | null
  team: { id: Id; name: string; slug: string }
  sessionId?: Id
}

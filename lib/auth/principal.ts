import type { Id } from '../ids'
import type { Role, Scope } from './permissions'

/** Who is calling, whatever the door. Made only by `authenticate`; every use case takes one. */
export interface Principal {
  /** `oauth`: a program that a person lets act for them. */
  kind: 'user' | 'api_key' | 'oauth'
  /** The user's id, the key's, or the grant's. */
  id: Id
  /** The person behind it: the user, the key's creator, or who gave consent. */
  userId: Id
  /** Shown to people: the user's name, or `key "CI"`. */
  name: string
  email: string | null
  role: Role
  /** null: a person, bound by the role alone. */
  scopes: readonly Scope[] | null
  team: { id: Id; name: string; slug: string }
  sessionId?: Id
  /** The request by which they called, for the audit log; absent where there is none. */
  request?: { id: string; address: string | null }
  /** Of a JWT: when it ends. Nothing of it is stored here. */
  jwtEndsAtMs?: number
}

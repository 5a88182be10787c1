import { forgetIdentities } from '../auth/identities'
import { hashLinkToken } from '../auth/link-token'
import { hashPassword } from '../auth/password'
import { mayGrantRole, type Role } from '../auth/permissions'
import type { Principal } from '../auth/principal'
import { countLink } from '../auth/rate-limit'
import { type AuditBy, auditBy, recordAudit } from '../db/audit'
import { endInvitation, findOffer, type OfferRow } from '../db/invitations'
import { insertMember, lockTeam } from '../db/members'
import { turnSession } from '../db/sessions'
import { inTransaction } from '../db/transaction'
import { insertAccount } from '../db/users'
import { AppError } from '../errors'
import type { Id } from '../ids'
import { requirePerson } from './require-person'
import { openSession, type SignedIn } from './sign-in'

/** What a link offers its bearer. */
export interface Offer {
  teamName: string
  inviterName: string
  email: string
  name: string
  role: Role
}

/** What stands behind a link; null when it is not good any more. */
export async function readOffer(of: { token: string }): Promise<Offer | null> {
  const offer = await findOffer(hashLinkToken(of.token))
  if (!stands(offer)) return null
  const { teamName, inviterName, email, name, role } = offer
  return { teamName, inviterName, email, name, role }
}

/**
 * Makes an account for the bearer of a link, puts it into the team and signs it in; the link is spent by the same transaction.
 * Throws `not_found` for a link that is not good any more, `validation_failed`, `conflict` when the address has an account.
 */
export async function joinWithNewAccount(attempt: {
  token: string
  name: string
  password: string
  address: string
  userAgent: string
}): Promise<SignedIn> {
  const { token, password, address, userAgent } = attempt
  await countLink(address)
  // Before the fields are looked at: who has no link learns nothing and costs no password hash.
  if (!stands(await findOffer(hashLinkToken(token)))) throw endedLink()
  const name = parseName(attempt.name)
  const passwordHash = await hashPassword(password)
  const joined = await inTransaction(async (tx) => {
    const offer = await takeOffer(token, tx)
    const { email, teamId } = offer
    const userId = await insertAccount({ email, name, passwordHash }, tx)
    if (userId === undefined) {
      throw new AppError('conflict', `${email} has an account already: sign in with it, then open the link again.`)
    }
    const by = { teamId, actor: { kind: 'user', id: userId, name }, requestId: null, ip: address } as const
    await join({ offer, userId, name, by }, tx)
    return { userId, teamId, email }
  })
  return openSession({ ...joined, name, userAgent, address, means: 'invitation' })
}

/** Puts the signed-in person into the team of a link and turns their session there. Throws like {@link joinWithNewAccount}. */
export async function joinAsMyself(of: { principal: Principal; token: string }): Promise<void> {
  const { principal, token } = of
  const { userId, sessionId, name } = requirePerson(principal)
  await inTransaction(async (tx) => {
    const offer = await takeOffer(token, tx)
    const then = () => turnSession({ sessionId, userId, teamId: offer.teamId }, tx)
    await join({ offer, userId, name, by: { ...auditBy(principal), teamId: offer.teamId }, then }, tx)
  })
  forgetIdentities()
}

type Transaction = Parameters<Parameters<typeof inTransaction>[0]>[0]

async function takeOffer(token: string, tx: Transaction): Promise<OfferRow> {
  const offer = await findOffer(hashLinkToken(token), tx)
  if (!stands(offer)) throw endedLink()
  await lockTeam(offer.teamId, tx)
  return offer
}

async function join(
  of: { offer: OfferRow; userId: Id; name: string; by: AuditBy; then?: () => Promise<unknown> },
  tx: Transaction,
): Promise<void> {
  const { offer, userId, name, by, then } = of
  const { teamId, role } = offer
  if (!(await insertMember({ teamId, userId, role }, tx))) {
    throw new AppError('conflict', `You are a member of ${offer.teamName} already.`)
  }
  await endInvitation({ teamId, invitationId: offer.id }, tx)
  await then?.()
  await recordAudit(tx, {
    ...by,
    action: 'member.joined',
    target: { type: 'member', id: userId, name },
    details: { role, invitation: offer.id },
  })
}

/** A link is worth what its inviter may still give: nobody leaves a door open behind a role they have lost. */
function stands(offer: OfferRow | undefined): offer is OfferRow {
  return offer !== undefined && offer.inviterRole !== null && mayGrantRole(offer.inviterRole, offer.role)
}

/** Throws `validation_failed`. */
function parseName(text: string): string {
  const name = text.trim()
  if (name.length >= 1 && name.length <= 100 && !/\p{Cc}/u.test(name)) return name
  const message = 'name needs 1 to 100 characters, without control characters'
  throw new AppError('validation_failed', `${message}.`, { errors: [{ path: 'name', message }] })
}

function endedLink(): AppError {
  return new AppError('not_found', 'This link works no more: it was used or revoked, or is too old. Ask for a new one.')
}

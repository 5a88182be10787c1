import { createHash } from 'node:crypto'
import { RateLimiterMemory, RateLimiterPostgres, type RateLimiterRes } from 'rate-limiter-flexible'
import { pool } from '../db/client'
import { processSingleton } from '../db/process'
import { normaliseEmail } from '../db/users'
import { env } from '../env'
import { AppError } from '../errors'
import type { Principal } from './principal'

/** What is left of a caller's budget, for the `RateLimit-*` headers. */
export interface RateBudget {
  limit: number
  remaining: number
  /** Whole seconds until the budget is full again. */
  resetSeconds: number
}

/** Unless the operator says otherwise. */
export const CALLS_PER_MINUTE = 6_000
export const SIGN_INS_PER_MINUTE_AND_ADDRESS = 10
export const SIGN_INS_PER_MINUTE_AND_ACCOUNT = 5
export const SET_UPS_PER_MINUTE_AND_ADDRESS = 10
export const LINKS_PER_MINUTE_AND_ADDRESS = 20
export const PASSWORD_CHANGES_PER_MINUTE = 5
const WINDOW_SECONDS = 60

// In memory, per process: counting costs a microsecond, and the limit protects this process.
const calls = () =>
  processSingleton(
    'rate.calls',
    () => new RateLimiterMemory({ points: env().API_CALLS_PER_MINUTE, duration: WINDOW_SECONDS }),
  )

/** Counts one call of this key or person. Throws `rate_limited` (429) with the seconds to wait when the budget is spent. */
export async function countCall(principal: Principal): Promise<RateBudget> {
  const left = await consume(calls(), principal.id)
  if (left.allowed) return left.budget
  throw refusal(
    `This ${principal.kind === 'user' ? 'person' : 'key'} made ${left.budget.limit} calls within a minute`,
    left.budget,
  )
}

/**
 * Counts one attempt to sign in, by the network it comes from and by the account, before any password is looked at.
 * The counts are in the database, so that a second process is not a second chance.
 */
export async function countSignIn(attempt: { address: string; email: string }): Promise<void> {
  await countOrRefuse(shared('sign-in.address', SIGN_INS_PER_MINUTE_AND_ADDRESS), networkOf(attempt.address))
  await countOrRefuse(shared('sign-in.account', SIGN_INS_PER_MINUTE_AND_ACCOUNT), accountOf(attempt.email))
}

/** A person who got in starts afresh: their own mistypings do not lock them out the next time. */
export async function forgetSignInsOf(email: string): Promise<void> {
  await shared('sign-in.account', SIGN_INS_PER_MINUTE_AND_ACCOUNT).delete(accountOf(email))
}

/** Counts one attempt to use the set-up token, by the network it comes from. */
export async function countSetUp(address: string): Promise<void> {
  await countOrRefuse(shared('set-up.address', SET_UPS_PER_MINUTE_AND_ADDRESS), networkOf(address))
}

/** Counts one attempt to use a link that works once, by the network it comes from. */
export async function countLink(address: string): Promise<void> {
  await countOrRefuse(shared('link.address', LINKS_PER_MINUTE_AND_ADDRESS), networkOf(address))
}

/** Counts one attempt to change a password: an open session is no place to guess at it. */
export async function countPasswordChange(userId: string): Promise<void> {
  await countOrRefuse(shared('password.account', PASSWORD_CHANGES_PER_MINUTE), userId)
}

/**
 * The part of an address that one subscriber holds: an IPv4 address, the first 64 bits of an IPv6 one (whoever has one of
 * those has 2^64). IPv4 written as IPv6 is IPv4.
 */
export function networkOf(address: string): string {
  const plain = address.trim().toLowerCase().replace(/%.*$/, '').slice(0, 64)
  const mapped = /^(?:0*:)*:?(?:ffff:)(\d+\.\d+\.\d+\.\d+)$/.exec(plain)?.[1]
  if (mapped !== undefined) return mapped
  if (!plain.includes(':')) return plain
  const [head = '', tail] = plain.split('::')
  const groups = head === '' ? [] : head.split(':')
  const rest = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - rest.length)
  const full = [...groups, ...Array.from({ length: zeros }, () => '0'), ...rest]
  return `${full
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`
}

/** One key for every spelling of an account, of bounded length, and readable by nobody. */
function accountOf(email: string): string {
  return createHash('sha256').update(normaliseEmail(email)).digest('base64url')
}

function shared(name: string, points: number): RateLimiterPostgres {
  return processSingleton(`rate.${name}`, () => {
    const window = { keyPrefix: name, points, duration: WINDOW_SECONDS }
    return new RateLimiterPostgres({
      ...window,
      storeClient: { query: (query: { text: string; values: unknown[] }) => pool().query(query) },
      storeType: 'pool',
      tableName: 'rate_limits',
      tableCreated: true, // by a migration
      insuranceLimiter: new RateLimiterMemory(window), // while the database is away, each process counts for itself
    })
  })
}

async function countOrRefuse(limiter: RateLimiterPostgres, key: string): Promise<void> {
  const left = await consume(limiter, key)
  if (!left.allowed) throw refusal('Too many attempts', left.budget)
}

async function consume(
  limiter: RateLimiterMemory | RateLimiterPostgres,
  key: string,
): Promise<{ allowed: boolean; budget: RateBudget }> {
  try {
    return { allowed: true, budget: budgetOf(limiter.points, await limiter.consume(key)) }
  } catch (refused) {
    if (!isState(refused)) throw refused
    return { allowed: false, budget: budgetOf(limiter.points, refused) }
  }
}

/** By its shape: the limiter may have been made by the other bundle of this process, whose class is not ours. */
function isState(thrown: unknown): thrown is RateLimiterRes {
  return typeof thrown === 'object' && thrown !== null && 'msBeforeNext' in thrown && 'remainingPoints' in thrown
}

function budgetOf(limit: number, state: RateLimiterRes): RateBudget {
  return { limit, remaining: state.remainingPoints, resetSeconds: Math.max(1, Math.ceil(state.msBeforeNext / 1000)) }
}

function refusal(what: string, budget: RateBudget): AppError {
  const { limit, resetSeconds } = budget
  return new AppError(
    'rate_limited',
    `${what}; try again in ${resetSeconds} ${resetSeconds === 1 ? 'second' : 'seconds'}.`,
    {
      retryAfterSeconds: resetSeconds,
      extra: { limit, remaining: 0, reset_seconds: resetSeconds },
    },
  )
}

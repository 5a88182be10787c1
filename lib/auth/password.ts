import { hash, verify } from '@node-rs/argon2'
import { AppError } from '../errors'

/** The shortest password that is accepted when one is chosen. */
export const MIN_PASSWORD_LENGTH = 12
/** Longer text is refused before it is hashed: nobody may make us hash a megabyte. */
export const MAX_PASSWORD_LENGTH = 256

// Argon2id (the library's default) with 19 MiB, two passes, one lane: OWASP's first recommendation, about 25 ms here.
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

/**
 * The hash of a random password that was thrown away, made with PARAMETERS. An unknown account is checked against it, so
 * that the answer takes the same time whether or not the account exists.
 */
const NOBODY = '$argon2id$v=19$m=19456,t=2,p=1$L3pOgkPROiWsA7mwuZdNsA$Xjl6yLI+HVo7jR9gKP49dbL4OkX67li9A5KKGWHbdlE'

/** The Argon2id hash of a password, as a PHC string. Throws `validation_failed`, naming `field`, when it is too short or too long. */
export async function hashPassword(password: string, field = 'password'): Promise<string> {
  const length = [...password].length
  if (length < MIN_PASSWORD_LENGTH || length > MAX_PASSWORD_LENGTH) {
    const message = `${field} needs ${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH} characters; it has ${length}`
    throw new AppError('validation_failed', message, { errors: [{ path: field, message }] })
  }
  return hash(normalise(password), PARAMETERS)
}

/**
 * Whether the password is the one that was hashed. Pass `null` for an account that does not exist: the work is done all
 * the same and the answer is false. A stored hash that cannot be read is false too.
 */
export async function verifyPassword(storedHash: string | null, password: string): Promise<boolean> {
  // Every path below hashes once: an early return would tell the length rule, or the account, apart by time.
  const candidate = normalise(password.slice(0, MAX_PASSWORD_LENGTH * 2))
  try {
    const matches = await verify(storedHash ?? NOBODY, candidate)
    return matches && storedHash !== null && [...password].length <= MAX_PASSWORD_LENGTH
  } catch {
    return false
  }
}

/** The same password typed on two keyboards can be two sequences of code points; both must open the door. */
function normalise(password: string): string {
  return password.normalize('NFKC')
}

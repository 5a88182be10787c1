import { z } from 'zod'
import { hashPassword } from '../auth/password'
import { countSetUp } from '../auth/rate-limit'
import { hashSetupToken } from '../auth/setup-token'
import { readSetting } from '../db/settings'
import { foundFirstTeam, SETUP_TOKEN_KEY } from '../db/teams'
import { AppError } from '../errors'
import { openSession, type SignedIn } from './sign-in'

const text = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'is required')
    .max(max)
    .regex(/^\P{Cc}*$/u, 'may not contain control characters')

const founderSchema = z.object({
  email: z.email('is not an e-mail address').max(320),
  name: text(100),
  teamName: text(100),
})

/**
 * Makes the first owner, team and project in exchange for the one-time token, and signs the owner in. The token is consumed
 * by the same transaction. Throws `forbidden` for a token that is not the present one, `validation_failed` naming the fields,
 * `rate_limited` after ten attempts a minute from one network.
 */
export async function setUp(attempt: {
  token: string
  email: string
  name: string
  password: string
  teamName: string
  address: string
  userAgent: string
}): Promise<SignedIn> {
  await countSetUp(attempt.address)
  const tokenHash = hashSetupToken(attempt.token)
  // Before the fields are looked at: who does not have the token learns nothing and costs no password hash.
  const setting = (await readSetting(SETUP_TOKEN_KEY)) as { hash?: unknown } | null
  if (setting?.hash !== tokenHash) throw wrongToken()
  const founder = parseFounder(attempt)
  const passwordHash = await hashPassword(attempt.password)
  const founded = await foundFirstTeam({ ...founder, passwordHash, projectName: 'General' }, tokenHash)
  if (founded === null) throw wrongToken()
  const { email, name } = founder
  const { userId, teamId } = founded
  const { userAgent, address } = attempt
  return openSession({ userId, teamId, name, email, userAgent, address, means: 'set_up' })
}

function parseFounder(attempt: { email: string; name: string; teamName: string }): z.infer<typeof founderSchema> {
  const parsed = founderSchema.safeParse({ ...attempt, email: attempt.email.trim() })
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }))
  throw new AppError('validation_failed', `${errors.map(({ path, message }) => `${path} ${message}`).join('; ')}.`, {
    errors,
  })
}

function wrongToken(): AppError {
  const message =
    'The set-up token is not right. It is printed in the terminal each time Countersign starts; copy the latest one.'
  return new AppError('forbidden', message, {
    errors: [{ path: 'token', message: 'is not the one printed at the last start' }],
  })
}

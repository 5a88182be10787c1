import type { NextAuthOptions } from 'next-auth'
import credentials from 'next-auth/providers/credentials'
import { principalOfCookie } from '../../../auth/authenticate'
import { localPath } from '../../../auth/callback-path'
import { cookieSecret, cookiesAreSecure, sessionCookieName } from '../../../auth/session-cookie'
import { AppError } from '../../../errors'
import { log } from '../../../log'
import { joinWithNewAccount } from '../../../usecases/join-team'
import { resetPassword } from '../../../usecases/reset-password'
import { setUp } from '../../../usecases/set-up'
import { SESSION_ABSOLUTE_MS, type SignedIn, signIn } from '../../../usecases/sign-in'
import { signOut } from '../../../usecases/sign-out'

declare module 'next-auth' {
  interface User {
    sessionId?: string
  }
}

/** What one request knows that next-auth's callbacks need. */
export interface AuthRequest {
  cookie: string | null
  address: string
  userAgent: string
}

/**
 * The options of next-auth for one request. Credentials only, and a sealed cookie that holds no more than our session's id
 * and the person's: the row in the database decides on every use. A refusal inside a callback is kept in `refused`, because
 * next-auth would turn it into a redirect.
 */
export function nextAuthOptions(request: AuthRequest, refused: { by?: unknown }): NextAuthOptions {
  const secret = cookieSecret()
  if (secret === null) {
    throw new AppError(
      'unavailable',
      'Nobody can sign in: this installation has no NEXTAUTH_SECRET of 32 characters or more.',
    )
  }
  const secure = cookiesAreSecure()
  const { address, userAgent } = request
  const prove = async (work: () => Promise<SignedIn>) => {
    try {
      const { userId, sessionId, name, email } = await work()
      await endEarlierSession(request.cookie)
      return { id: userId, sessionId, name, email }
    } catch (error) {
      refused.by = error
      return null
    }
  }

  return {
    secret,
    useSecureCookies: secure,
    session: { strategy: 'jwt', maxAge: SESSION_ABSOLUTE_MS / 1000 },
    cookies: {
      sessionToken: { name: sessionCookieName(), options: { httpOnly: true, sameSite: 'lax', path: '/', secure } },
    },
    pages: { signIn: '/sign-in', signOut: '/sign-in', error: '/sign-in' },
    providers: [
      credentials({
        id: 'credentials',
        credentials: { email: {}, password: {} },
        authorize: (given) =>
          prove(() => signIn({ email: given?.email ?? '', password: given?.password ?? '', address, userAgent })),
      }),
      credentials({
        id: 'set-up',
        credentials: { token: {}, email: {}, name: {}, password: {}, teamName: {} },
        authorize: (given) => {
          const { token = '', email = '', name = '', password = '', teamName = '' } = given ?? {}
          return prove(() => setUp({ token, email, name, password, teamName, address, userAgent }))
        },
      }),
      credentials({
        id: 'join',
        credentials: { token: {}, name: {}, password: {} },
        authorize: (given) => {
          const { token = '', name = '', password = '' } = given ?? {}
          return prove(() => joinWithNewAccount({ token, name, password, address, userAgent }))
        },
      }),
      credentials({
        id: 'reset',
        credentials: { token: {}, password: {} },
        authorize: (given) => {
          const { token = '', password = '' } = given ?? {}
          return prove(() => resetPassword({ token, password, address, userAgent }))
        },
      }),
    ],
    callbacks: {
      // Called with `user` once, after sign-in; later only to show the session, which must then still stand.
      jwt: async ({ token, user }) => {
        if (user) return { sub: user.id, sid: user.sessionId }
        const principal = request.cookie === null ? null : await principalOfCookie(request.cookie)
        if (principal === null) throw new Error('the session has ended')
        return { sub: token.sub, sid: token.sid, name: principal.name, email: principal.email }
      },
      session: ({ session, token }) => ({
        ...session,
        user: { id: token.sub, name: token.name, email: token.email },
      }),
      redirect: ({ url }) => localPath(url) ?? '/',
    },
    events: {
      signOut: async ({ token }) => {
        if (typeof token?.sid !== 'string') return
        await signOut({ sessionId: token.sid }).catch((error: unknown) => {
          refused.by = error // a session that could not be ended must not look ended
        })
      },
    },
    logger: {
      error: (code) => log.debug({ code }, 'next-auth refused a request'),
      warn: (code) => log.debug({ code }, 'next-auth warns'),
      debug: () => undefined,
    },
  }
}

/** Whoever signs in again in the same browser leaves nothing open behind the new cookie. */
async function endEarlierSession(cookie: string | null): Promise<void> {
  const earlier = cookie === null ? null : await principalOfCookie(cookie)
  if (earlier?.sessionId !== undefined) await signOut({ sessionId: earlier.sessionId })
}

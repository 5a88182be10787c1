import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { anyUserExists } from '../db/users'
import { principalOfCookie } from './authenticate'
import { pathAfterSignIn, signInPath } from './callback-path'
import { PATH_HEADER } from './client-address'
import type { Principal } from './principal'

/** Who looks at this page; null: nobody signed in. For server components. */
export async function currentPrincipal(): Promise<Principal | null> {
  const cookie = (await headers()).get('cookie')
  return cookie === null ? null : principalOfCookie(cookie)
}

/**
 * Who looks at this page, or off to sign in and back here afterwards; on an installation without people, off to set it up.
 * Throws Next's redirect, so it must not stand inside a `try`.
 */
export async function requirePrincipal(): Promise<Principal> {
  const principal = await currentPrincipal()
  if (principal !== null) return principal
  if (!(await anyUserExists())) redirect('/set-up')
  redirect(signInPath((await headers()).get(PATH_HEADER)))
}

/** For the pages before sign-in: whoever is signed in already goes on to `next`, an installation without people to its set-up. */
export async function requireVisitor(next: unknown): Promise<void> {
  if ((await currentPrincipal()) !== null) redirect(pathAfterSignIn(next))
  if (!(await anyUserExists())) redirect('/set-up')
}

/** For the set-up page: once somebody has an account there is nothing to set up. */
export async function requireNewInstallation(): Promise<void> {
  await headers() // this depends on the moment of the request: never answered while building
  if (await anyUserExists()) redirect('/sign-in')
}

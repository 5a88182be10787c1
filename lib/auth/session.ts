import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { anyUserExists } from '../db/users'
import { principalOfCookie } from './authenticate'
import { signInPath } from './callback-path'
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

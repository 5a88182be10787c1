import { errorOf } from './call'
import { ApiError } from './error'

/** The forms before sign-in, and what each one sends. */
export interface AuthForms {
  credentials: { email: string; password: string }
  'set-up': { token: string; email: string; name: string; password: string; teamName: string }
  join: { token: string; name: string; password: string }
  reset: { token: string; password: string }
}

/**
 * Sends one of the forms before sign-in, with the CSRF token of this browser. Afterwards the session cookie is set.
 * Rejects with an {@link ApiError}: the same problem documents as those of the API.
 */
export async function submitAuth<Form extends keyof AuthForms>(form: Form, fields: AuthForms[Form]): Promise<void> {
  const token = (await (await ask('/api/auth/csrf')).json()) as { csrfToken: string }
  const body = new URLSearchParams({ ...fields, csrfToken: token.csrfToken, json: 'true' })
  await ask(`/api/auth/callback/${form}`, { method: 'POST', body })
}

async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(path, { ...init, credentials: 'same-origin', redirect: 'error' }).catch(
    (cause: unknown) => {
      throw new ApiError({
        code: 'network',
        status: 0,
        title: 'No connection',
        message: 'Countersign cannot be reached. Check your connection and try again.',
        cause,
      })
    },
  )
  if (!response.ok) throw await errorOf(response)
  return response
}

'use client'

import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { FormAlert } from './form-alert'
import { MIN_PASSWORD_LENGTH } from './min-password-length'
import { PasswordInput } from './password-input'
import { useAuthForm } from './use-auth-form'
import { useHydrated } from './use-hydrated'

/** A new password, by a link. */
export function ResetForm({ token, email }: { token: string; email: string }) {
  const hydrated = useHydrated()
  const { pending, errors, message, formProps } = useAuthForm({
    form: 'reset',
    fields: ['token', 'password'],
    next: '/',
    check: ({ password }) =>
      [...password].length < MIN_PASSWORD_LENGTH ? { password: `Use ${MIN_PASSWORD_LENGTH} characters or more.` } : {},
  })
  return (
    <form method="post" noValidate {...formProps} className="grid gap-4">
      <input type="hidden" name="token" value={token} />
      <Field label="E-mail">
        <Input type="email" value={email} readOnly autoComplete="username" className="h-10 text-base" />
      </Field>
      <Field
        label="New password"
        error={errors.password}
        hint={`${MIN_PASSWORD_LENGTH} characters or more; a few words are fine.`}
      >
        <PasswordInput name="password" autoComplete="new-password" minLength={MIN_PASSWORD_LENGTH} required />
      </Field>
      {message ? <FormAlert>{message}</FormAlert> : null}
      <Button type="submit" variant="primary" size="lg" className="mt-1 w-full" disabled={!hydrated} pending={pending}>
        Set the password and sign in
      </Button>
    </form>
  )
}

'use client'

import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { FormAlert } from './form-alert'
import { PasswordInput } from './password-input'
import { useAuthForm } from './use-auth-form'
import { useHydrated } from './use-hydrated'

/** E-mail and password. `next` is a path of this site, checked on the server. */
export function SignInForm({ next }: { next: string }) {
  const hydrated = useHydrated()
  const { pending, errors, message, formProps } = useAuthForm({
    form: 'credentials',
    fields: ['email', 'password'],
    next,
    check: ({ email, password }) => ({
      ...(email.trim() === '' ? { email: 'Enter your e-mail address.' } : {}),
      ...(password === '' ? { password: 'Enter your password.' } : {}),
    }),
  })
  return (
    // POST, so that a browser that sends the form by itself never writes the password into the address bar.
    <form method="post" noValidate {...formProps} className="grid gap-4">
      <Field label="E-mail" error={errors.email}>
        <Input
          name="email"
          type="email"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          className="h-10 text-base"
        />
      </Field>
      <Field label="Password" error={errors.password}>
        <PasswordInput name="password" autoComplete="current-password" required />
      </Field>
      {message ? <FormAlert>{message}</FormAlert> : null}
      <Button type="submit" variant="primary" size="lg" className="mt-1 w-full" disabled={!hydrated} pending={pending}>
        Sign in
      </Button>
    </form>
  )
}

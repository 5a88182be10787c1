'use client'

import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { FormAlert } from './form-alert'
import { MIN_PASSWORD_LENGTH } from './min-password-length'
import { PasswordInput } from './password-input'
import { useAuthForm } from './use-auth-form'
import { useHydrated } from './use-hydrated'

/** Name and password of somebody who joins by a link. The address is that of the invitation. */
export function JoinForm({ token, email, name }: { token: string; email: string; name: string }) {
  const hydrated = useHydrated()
  const { pending, errors, message, formProps } = useAuthForm({
    form: 'join',
    fields: ['token', 'name', 'password'],
    next: '/',
    check: (values) => ({
      ...(values.name.trim() === '' ? { name: 'Enter your name.' } : {}),
      ...([...values.password].length < MIN_PASSWORD_LENGTH
        ? { password: `Use ${MIN_PASSWORD_LENGTH} characters or more.` }
        : {}),
    }),
  })
  return (
    <form method="post" noValidate {...formProps} className="grid gap-4">
      <input type="hidden" name="token" value={token} />
      <Field label="E-mail" hint="You sign in with it.">
        <Input type="email" value={email} readOnly autoComplete="username" className="h-10 text-base" />
      </Field>
      <Field label="Your name" error={errors.name}>
        <Input
          name="name"
          defaultValue={name}
          autoComplete="name"
          maxLength={100}
          required
          className="h-10 text-base"
        />
      </Field>
      <Field
        label="Password"
        error={errors.password}
        hint={`${MIN_PASSWORD_LENGTH} characters or more; a few words are fine.`}
      >
        <PasswordInput name="password" autoComplete="new-password" minLength={MIN_PASSWORD_LENGTH} required />
      </Field>
      {message ? <FormAlert>{message}</FormAlert> : null}
      <Button type="submit" variant="primary" size="lg" className="mt-1 w-full" disabled={!hydrated} pending={pending}>
        Join
      </Button>
    </form>
  )
}

'use client'

import { useSyncExternalStore } from 'react'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { FormAlert } from './form-alert'
import { MIN_PASSWORD_LENGTH } from './min-password-length'
import { PasswordInput } from './password-input'
import { useAuthForm } from './use-auth-form'
import { useHydrated } from './use-hydrated'

/** The first account: owner of the first team. The link printed at the start carries the token behind `#`. */
export function SetUpForm() {
  const hydrated = useHydrated()
  const tokenOfLink = useTokenOfLink()
  const { pending, errors, message, formProps } = useAuthForm({
    form: 'set-up',
    fields: ['token', 'name', 'email', 'password', 'teamName'],
    next: '/',
    check: ({ token, name, email, password, teamName }) => ({
      ...(token.trim() === '' ? { token: 'Enter the token that the terminal shows.' } : {}),
      ...(name.trim() === '' ? { name: 'Enter your name.' } : {}),
      ...(/^\S+@\S+$/.test(email.trim()) ? {} : { email: 'Enter an e-mail address, such as you@example.com.' }),
      ...([...password].length < MIN_PASSWORD_LENGTH
        ? { password: `Use ${MIN_PASSWORD_LENGTH} characters or more.` }
        : {}),
      ...(teamName.trim() === '' ? { teamName: 'Give your team a name.' } : {}),
    }),
  })
  return (
    <form method="post" noValidate {...formProps} className="grid gap-4">
      <Field
        label="Set-up token"
        error={errors.token}
        hint={
          tokenOfLink === ''
            ? 'Printed in the terminal each time Countersign starts.'
            : 'Taken from the link you opened.'
        }
      >
        <Input
          key={tokenOfLink}
          name="token"
          defaultValue={tokenOfLink}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          required
          className="h-10 font-mono text-sm"
        />
      </Field>
      <Field label="Your name" error={errors.name}>
        <Input name="name" autoComplete="name" maxLength={100} required className="h-10 text-base" />
      </Field>
      <Field label="E-mail" error={errors.email} hint="You sign in with it.">
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
      <Field
        label="Password"
        error={errors.password}
        hint={`${MIN_PASSWORD_LENGTH} characters or more; a few words are fine.`}
      >
        <PasswordInput name="password" autoComplete="new-password" minLength={MIN_PASSWORD_LENGTH} required />
      </Field>
      <Field label="Team" error={errors.teamName} hint="Workflows, runs and people belong to a team.">
        <Input name="teamName" autoComplete="organization" maxLength={100} required className="h-10 text-base" />
      </Field>
      {message ? <FormAlert>{message}</FormAlert> : null}
      <Button type="submit" variant="primary" size="lg" className="mt-1 w-full" disabled={!hydrated} pending={pending}>
        Create the owner account
      </Button>
    </form>
  )
}

function useTokenOfLink(): string {
  return useSyncExternalStore(
    onHashChange,
    () => tokenIn(window.location.hash),
    () => '',
  )
}

function onHashChange(changed: () => void): () => void {
  window.addEventListener('hashchange', changed)
  return () => window.removeEventListener('hashchange', changed)
}

function tokenIn(hash: string): string {
  return /^#[A-Za-z0-9_-]{16,128}$/.test(hash) ? hash.slice(1) : ''
}

'use client'

import { type FormEvent, useState } from 'react'
import { FormAlert } from '@/components/auth/form-alert'
import { MIN_PASSWORD_LENGTH } from '@/components/auth/min-password-length'
import { PasswordInput } from '@/components/auth/password-input'
import { usePrincipal } from '@/components/shell/use-principal'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { toast } from '@/components/ui/toast'
import { useApiMutation } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'

/** The present password, and the one to come. */
export function PasswordForm() {
  const me = usePrincipal()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const [missing, setMissing] = useState<{ current?: string; next?: string }>({})
  const change = useApiMutation(contracts.changePassword, {
    invalidates: [contracts.listOwnSessions],
    onSuccess: () => {
      toast.success('Your password is changed', { description: 'Every other session of yours has ended.' })
      setCurrent('')
      setNext('')
    },
  })
  const refused = change.error
  const errors = {
    current: missing.current ?? refused?.fieldError('current_password'),
    next: missing.next ?? refused?.fieldError('new_password'),
  }

  function submit(event: FormEvent) {
    event.preventDefault()
    if (change.isPending) return
    const found = {
      ...(current === '' ? { current: 'Enter your present password.' } : {}),
      ...([...next].length < MIN_PASSWORD_LENGTH ? { next: `Use ${MIN_PASSWORD_LENGTH} characters or more.` } : {}),
    }
    setMissing(found)
    if (Object.keys(found).length === 0) {
      change.mutate({ body: { current_password: current, new_password: next } })
    }
  }
  function mend(set: (value: string) => void, value: string) {
    set(value)
    setMissing({})
    change.reset()
  }

  return (
    <form onSubmit={submit} noValidate className="grid max-w-sm gap-4">
      {/* For password managers: whose password this is. */}
      <input type="text" hidden readOnly autoComplete="username" value={me?.email ?? ''} />
      <Field label="Present password" error={errors.current}>
        <PasswordInput
          value={current}
          autoComplete="current-password"
          required
          onChange={(event) => mend(setCurrent, event.target.value)}
        />
      </Field>
      <Field
        label="New password"
        error={errors.next}
        hint={`${MIN_PASSWORD_LENGTH} characters or more; a few words are fine.`}
      >
        <PasswordInput
          value={next}
          autoComplete="new-password"
          required
          onChange={(event) => mend(setNext, event.target.value)}
        />
      </Field>
      {refused && !errors.current && !errors.next ? <FormAlert>{refused.message}</FormAlert> : null}
      <Button type="submit" className="w-fit" pending={change.isPending}>
        Change password
      </Button>
    </form>
  )
}

'use client'

import { type FormEvent, useState } from 'react'
import { usePrincipal } from '@/components/shell/use-principal'
import { Button } from '@/components/ui/button'
import { Dialog, DialogBody, DialogContent, DialogFooter, DialogHeader } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { useApiMutation } from '@/lib/api/client/query'
import type { CreatedApiKey } from '@/lib/api/contracts/keys'
import { contracts } from '@/lib/api/contracts/routes'
import { grantableScopes, type Scope } from '@/lib/auth/permissions'
import { CreatedKey } from './created-key'
import { ScopeChoices } from './scope-choices'

const LIFETIMES_DAYS = [7, 30, 90, 180, 365] as const
const DAY_MS = 24 * 60 * 60 * 1000

interface CreateKeyDialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** Name, rights, end; then the secret, which keeps the dialog open until the person says it is copied. */
export function CreateKeyDialog({ open, onOpenChange }: CreateKeyDialogProps) {
  const [created, setCreated] = useState<CreatedApiKey>()

  function close() {
    setCreated(undefined)
    onOpenChange(false)
  }

  // A stray click must not take away what cannot be shown again.
  const hold = (event: Event) => {
    if (created) event.preventDefault()
  }
  return (
    <Dialog open={open} onOpenChange={(next) => (next ? onOpenChange(true) : close())}>
      <DialogContent size="lg" hideClose={created !== undefined} onInteractOutside={hold} onEscapeKeyDown={hold}>
        {created ? (
          <CreatedKey created={created} onDone={close} />
        ) : (
          <>
            <DialogHeader title="New API key" description="It acts in your name, and never beyond your own role." />
            <CreateKeyForm onCreated={setCreated} onCancel={close} />
          </>
        )}
      </DialogContent>
    </Dialog>
  )
}

function CreateKeyForm({ onCreated, onCancel }: { onCreated: (key: CreatedApiKey) => void; onCancel: () => void }) {
  const me = usePrincipal()
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState<Scope[]>([])
  const [days, setDays] = useState('90')
  const [missing, setMissing] = useState<{ name?: string; scopes?: string }>({})
  const create = useApiMutation(contracts.createKey, { invalidates: [contracts.listKeys], onSuccess: onCreated })
  const refused = create.error
  const nameError = missing.name ?? refused?.fieldError('name')
  const scopesError =
    missing.scopes ?? (refused?.errors.some(({ path }) => path.startsWith('scopes')) ? refused.message : undefined)

  function submit(event: FormEvent) {
    event.preventDefault()
    if (create.isPending) return
    const found = {
      ...(name.trim() === '' ? { name: 'Say what the key is for, such as the system that will call.' } : {}),
      ...(scopes.length === 0 ? { scopes: 'Choose at least one.' } : {}),
    }
    setMissing(found)
    if (Object.keys(found).length > 0) return
    create.mutate({ body: { name: name.trim(), scopes, expires_in_days: Number(days) } })
  }

  return (
    <form onSubmit={submit} noValidate className="flex min-h-0 flex-1 flex-col">
      <DialogBody className="grid gap-4">
        <div className="grid items-start gap-4 sm:grid-cols-[1fr_12rem]">
          <Field label="Name" error={nameError}>
            <Input
              value={name}
              maxLength={100}
              required
              autoFocus
              autoComplete="off"
              placeholder="Deploy pipeline"
              onChange={(event) => {
                setName(event.target.value)
                setMissing(({ scopes: rest }) => ({ scopes: rest }))
              }}
            />
          </Field>
          <Field label="Ends" hint={endsOn(Number(days))}>
            <LifetimeSelect value={days} onChange={setDays} />
          </Field>
        </div>
        <ScopeChoices
          value={scopes}
          onChange={(next) => {
            setScopes(next)
            setMissing(({ name: rest }) => ({ name: rest }))
          }}
          grantable={me ? grantableScopes(me.role) : []}
          error={scopesError}
        />
        {refused && nameError === undefined && scopesError === undefined ? (
          <p role="alert" className="text-failure text-sm">
            {refused.message}
          </p>
        ) : null}
      </DialogBody>
      <DialogFooter>
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" variant="primary" pending={create.isPending}>
          Create key
        </Button>
      </DialogFooter>
    </form>
  )
}

interface LifetimeSelectProps {
  id?: string
  'aria-describedby'?: string
  value: string
  onChange: (days: string) => void
}

function LifetimeSelect({ value, onChange, ...wiring }: LifetimeSelectProps) {
  return (
    <Select value={value} onValueChange={onChange}>
      <SelectTrigger {...wiring}>
        <SelectValue />
      </SelectTrigger>
      <SelectContent>
        {LIFETIMES_DAYS.map((days) => (
          <SelectItem key={days} value={String(days)}>
            {days === 365 ? 'in a year' : `in ${days} days`}
          </SelectItem>
        ))}
      </SelectContent>
    </Select>
  )
}

function endsOn(days: number): string {
  return new Date(Date.now() + days * DAY_MS).toLocaleDateString(undefined, { dateStyle: 'long' })
}

'use client'

import { useId } from 'react'
import { Button } from '@/components/ui/button'
import { Checkbox } from '@/components/ui/checkbox'
import { cn } from '@/components/ui/cn'
import type { Scope } from '@/lib/auth/permissions'
import { KEY_PRESETS, SCOPE_WORDS, sameScopes } from './key-scopes'

interface ScopeChoicesProps {
  value: readonly Scope[]
  onChange: (scopes: Scope[]) => void
  /** What the person may put on a key; the others are shown, but cannot be chosen. */
  grantable: readonly Scope[]
  error?: string
}

/** What the key may do. Nothing is chosen at first: every right is given on purpose. */
export function ScopeChoices({ value, onChange, grantable, error }: ScopeChoicesProps) {
  const errorId = useId()
  const presets = KEY_PRESETS.filter(({ scopes }) => scopes.every((scope) => grantable.includes(scope)))

  function toggle(scope: Scope, chosen: boolean) {
    const next = chosen ? [...value, scope] : value.filter((each) => each !== scope)
    onChange(SCOPE_WORDS.map((each) => each.scope).filter((each) => next.includes(each)))
  }

  return (
    <fieldset aria-describedby={error ? errorId : undefined}>
      <legend className="mb-1.5 font-medium">The key may</legend>
      <div className="mb-2 flex flex-wrap gap-1.5">
        {presets.map(({ name, scopes }) => (
          <Button
            key={name}
            size="sm"
            variant={sameScopes(scopes, value) ? 'primary' : 'outline'}
            aria-pressed={sameScopes(scopes, value)}
            onClick={() => onChange([...scopes])}
          >
            {name}
          </Button>
        ))}
      </div>
      <div className={cn('grid rounded-lg border sm:grid-cols-2', error && 'border-destructive')}>
        {SCOPE_WORDS.map((words) => (
          <ScopeChoice
            key={words.scope}
            {...words}
            chosen={value.includes(words.scope)}
            allowed={grantable.includes(words.scope)}
            onChange={(chosen) => toggle(words.scope, chosen)}
          />
        ))}
      </div>
      {error ? (
        <p id={errorId} role="alert" className="mt-1.5 text-failure text-xs">
          {error}
        </p>
      ) : null}
    </fieldset>
  )
}

interface ScopeChoiceProps {
  scope: Scope
  label: string
  explanation: string
  chosen: boolean
  allowed: boolean
  onChange: (chosen: boolean) => void
}

function ScopeChoice({ scope, label, explanation, chosen, allowed, onChange }: ScopeChoiceProps) {
  const id = useId()
  return (
    <label
      htmlFor={id}
      className={cn(
        'flex gap-3 px-3 py-2.5 transition-colors last:odd:sm:col-span-2 last:sm:border-t max-sm:not-last:border-b',
        allowed ? 'cursor-pointer hover:bg-muted/50' : 'cursor-not-allowed opacity-60',
      )}
    >
      <Checkbox
        id={id}
        checked={chosen}
        disabled={!allowed}
        onCheckedChange={(next) => onChange(next === true)}
        className="mt-0.5"
      />
      <span className="min-w-0">
        <span className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-medium">{label}</span>
          <span className="font-mono text-2xs text-subtle-foreground">{scope}</span>
        </span>
        <span className="block text-muted-foreground text-xs">
          {allowed ? explanation : `${explanation.replace(/ Only owners grant it\.$/, '')} Your role cannot grant it.`}
        </span>
      </span>
    </label>
  )
}

'use client'

import { useId } from 'react'
import { cn } from '@/components/ui/cn'
import { ROLES, type Role } from '@/lib/auth/permissions'
import { explainRole, ROLE_WORDS } from './role-words'

interface RoleChoicesProps {
  value: Role
  onChange: (role: Role) => void
  /** What the person may give; the others are shown, but cannot be chosen. */
  grantable: readonly Role[]
}

/** The roles, each with what it may do. */
export function RoleChoices({ value, onChange, grantable }: RoleChoicesProps) {
  const name = useId()
  return (
    <fieldset>
      <legend className="mb-1.5 font-medium">Role</legend>
      <div className="grid divide-y rounded-lg border">
        {ROLES.map((role) => {
          const isAllowed = grantable.includes(role)
          return (
            <label
              key={role}
              className={cn(
                'flex gap-3 px-3 py-2.5 transition-colors has-focus-visible:outline-2 has-focus-visible:outline-ring has-focus-visible:-outline-offset-2',
                isAllowed ? 'cursor-pointer hover:bg-muted/50' : 'cursor-not-allowed opacity-60',
              )}
            >
              <input
                type="radio"
                name={name}
                value={role}
                checked={value === role}
                disabled={!isAllowed}
                onChange={() => onChange(role)}
                className="mt-0.5 size-4 shrink-0 accent-primary outline-none"
              />
              <span className="min-w-0">
                <span className="block font-medium">{ROLE_WORDS[role]}</span>
                <span className="block text-muted-foreground text-xs">
                  {explainRole(role)}
                  {isAllowed ? '' : ' Your role cannot give it.'}
                </span>
              </span>
            </label>
          )
        })}
      </div>
    </fieldset>
  )
}

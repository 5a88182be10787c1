'use client'

import { Eye, EyeOff } from 'lucide-react'
import { type ComponentProps, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Input } from '@/components/ui/input'

/** A password field that can be looked at. Paste and password managers work as everywhere. */
export function PasswordInput(props: Omit<ComponentProps<'input'>, 'type'>) {
  const [shown, setShown] = useState(false)
  const label = shown ? 'Hide the password' : 'Show the password'
  return (
    <div className="relative">
      <Input
        {...props}
        type={shown ? 'text' : 'password'}
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        className="h-10 pr-10 text-base"
      />
      <Button
        variant="ghost"
        size="icon"
        className="absolute top-1 right-1"
        aria-label={label}
        aria-pressed={shown}
        onClick={() => setShown((now) => !now)}
      >
        {shown ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
      </Button>
    </div>
  )
}

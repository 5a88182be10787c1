'use client'

import { Search, X } from 'lucide-react'
import type { ComponentProps } from 'react'
import { Button } from './button'
import { cn } from './cn'
import { Input } from './input'

export interface SearchInputProps extends Omit<ComponentProps<'input'>, 'value' | 'onChange' | 'type'> {
  value: string
  onValueChange: (value: string) => void
  /** Names the field for assistive technology, e.g. "Search workflows". */
  label: string
}

export function SearchInput({ value, onValueChange, label, className, placeholder, ...props }: SearchInputProps) {
  return (
    <div className={cn('relative', className)}>
      <Search
        aria-hidden
        className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-subtle-foreground"
      />
      <Input
        type="text"
        role="searchbox"
        aria-label={label}
        placeholder={placeholder ?? label}
        value={value}
        onChange={(event) => onValueChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && value !== '') {
            event.stopPropagation()
            onValueChange('')
          }
        }}
        className="px-8"
        {...props}
      />
      {value === '' ? null : (
        <Button
          variant="ghost"
          size="icon-xs"
          className="absolute top-1/2 right-1 -translate-y-1/2"
          aria-label="Clear the search"
          onClick={() => onValueChange('')}
        >
          <X aria-hidden />
        </Button>
      )}
    </div>
  )
}

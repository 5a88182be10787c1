'use client'

import { Check, Tag } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Popover, PopoverContent, PopoverTrigger } from '@/components/ui/popover'
import { itemClasses } from '@/components/ui/surface'
import { LIMITS } from '@/lib/limits'

interface LabelFilterProps {
  label: string
  /** Labels to choose from; any other may be typed. */
  known: readonly string[]
  onLabel: (label: string) => void
}

/** Runs with one label: one that is seen in the list, or a typed one. */
export function LabelFilter({ label, known, onLabel }: LabelFilterProps) {
  const [open, setOpen] = useState(false)
  function choose(next: string) {
    setOpen(false)
    onLabel(next)
  }
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    choose(String(new FormData(event.currentTarget).get('label')).trim())
  }
  return (
    <Popover open={open} onOpenChange={setOpen}>
      <PopoverTrigger asChild>
        <Button aria-label={`Label: ${label || 'Any label'}`}>
          <Tag aria-hidden className="text-muted-foreground" />
          <span className="max-w-40 truncate">{label || 'Any label'}</span>
        </Button>
      </PopoverTrigger>
      <PopoverContent align="start" aria-label="Label" className="grid w-64 gap-2">
        <form onSubmit={submit}>
          <Field label="Label" hint="As a whole, as it was given to the run. Enter applies it.">
            <Input name="label" defaultValue={label} maxLength={LIMITS.label.value} autoComplete="off" />
          </Field>
        </form>
        <ul className="-mx-2 max-h-56 overflow-y-auto">
          {['', ...known].map((each) => (
            <li key={each}>
              <button
                type="button"
                className={`${itemClasses} w-full hover:bg-accent focus-visible:bg-accent`}
                onClick={() => choose(each)}
              >
                <span className="truncate">{each || 'Any label'}</span>
                {each === label ? <Check aria-label="Chosen" className="ml-auto size-4 text-primary!" /> : null}
              </button>
            </li>
          ))}
        </ul>
      </PopoverContent>
    </Popover>
  )
}

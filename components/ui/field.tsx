'use client'

import { CircleAlert } from 'lucide-react'
import { cloneElement, type ReactElement, type ReactNode, useId } from 'react'
import { cn } from './cn'
import { Label } from './label'

interface ControlProps {
  id?: string
  'aria-describedby'?: string
  'aria-invalid'?: boolean
  required?: boolean
}

export interface FieldProps {
  label: ReactNode
  /** One quiet sentence under the control. */
  hint?: ReactNode
  /** What is wrong and what to do; replaces the hint. */
  error?: ReactNode
  /** Marked "optional" in words: most fields here are required, so the exception is what is said. */
  optional?: boolean
  /** Right of the label, e.g. a link. */
  aside?: ReactNode
  className?: string
  /** The one control; it gets `id`, `aria-describedby` and `aria-invalid`. */
  children: ReactElement<ControlProps>
}

/** Label, control, hint and error, wired for assistive technology. */
export function Field({ label, hint, error, optional, aside, className, children }: FieldProps) {
  const ownId = useId()
  const id = children.props.id ?? ownId
  const noteId = `${id}-note`
  const hasNote = Boolean(error) || Boolean(hint)
  return (
    <div className={cn('grid gap-1.5', className)}>
      <div className="flex items-baseline justify-between gap-2">
        <Label htmlFor={id}>
          {label}
          {optional ? <span className="ml-1.5 font-normal text-subtle-foreground text-xs">optional</span> : null}
        </Label>
        {aside}
      </div>
      {cloneElement(children, {
        id,
        'aria-describedby': hasNote ? noteId : undefined,
        'aria-invalid': error ? true : undefined,
      })}
      {error ? (
        <p id={noteId} role="alert" className="flex items-start gap-1.5 text-destructive text-xs dark:text-failure">
          <CircleAlert aria-hidden className="mt-px size-3.5 shrink-0" />
          <span>{error}</span>
        </p>
      ) : hint ? (
        <p id={noteId} className="text-muted-foreground text-xs">
          {hint}
        </p>
      ) : null}
    </div>
  )
}

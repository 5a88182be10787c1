import { CircleAlert } from 'lucide-react'
import type { ReactNode } from 'react'

/** Why the form was refused, above its button; announced when it appears. */
export function FormAlert({ children }: { children: ReactNode }) {
  return (
    <p
      role="alert"
      className="flex items-start gap-2 rounded-md border border-destructive/25 bg-destructive-soft px-3 py-2 text-foreground text-sm"
    >
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-failure" />
      <span>{children}</span>
    </p>
  )
}

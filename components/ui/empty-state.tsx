import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { cn } from './cn'

export interface EmptyStateProps {
  icon?: LucideIcon
  /** What is not here. */
  title: ReactNode
  /** What to do next. */
  description?: ReactNode
  /** Buttons that do it. */
  actions?: ReactNode
  className?: string
}

export function EmptyState({ icon: Icon, title, description, actions, className }: EmptyStateProps) {
  return (
    <div className={cn('flex flex-col items-center px-6 py-14 text-center', className)}>
      {Icon ? (
        <div className="mb-4 grid size-11 place-items-center rounded-xl border bg-card text-primary shadow-xs">
          <Icon aria-hidden className="size-5" />
        </div>
      ) : null}
      <p className="font-semibold text-base">{title}</p>
      {description ? <p className="mt-1 max-w-md text-balance text-muted-foreground text-sm">{description}</p> : null}
      {actions ? <div className="mt-5 flex flex-wrap items-center justify-center gap-2">{actions}</div> : null}
    </div>
  )
}

import { RotateCcw, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from './button'
import { cn } from './cn'

export interface ErrorStateProps {
  /** What could not be done, e.g. "The runs could not be loaded". */
  title: ReactNode
  /** Why, and what to do. */
  description?: ReactNode
  /** For support, in small print. */
  reference?: string
  onRetry?: () => void
  retrying?: boolean
  actions?: ReactNode
  className?: string
}

/** A part of the page that failed, in its place; the rest stays. */
export function ErrorState(props: ErrorStateProps) {
  return (
    <div role="alert" className={cn('flex flex-col items-center px-6 py-14 text-center', props.className)}>
      <div className="mb-4 grid size-11 place-items-center rounded-xl border bg-card text-failure shadow-xs">
        <TriangleAlert aria-hidden className="size-5" />
      </div>
      <p className="font-semibold text-base">{props.title}</p>
      {props.description ? (
        <p className="mt-1 max-w-md text-balance text-muted-foreground text-sm">{props.description}</p>
      ) : null}
      {props.onRetry || props.actions ? (
        <div className="mt-5 flex flex-wrap items-center justify-center gap-2">
          {props.onRetry ? (
            <Button onClick={props.onRetry} pending={props.retrying}>
              <RotateCcw aria-hidden />
              Try again
            </Button>
          ) : null}
          {props.actions}
        </div>
      ) : null}
      {props.reference ? <p className="mt-4 font-mono text-2xs text-subtle-foreground">{props.reference}</p> : null}
    </div>
  )
}

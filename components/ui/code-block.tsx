'use client'

import type { ReactNode } from 'react'
import { cn } from './cn'
import { CopyButton } from './copy-button'

export interface CodeBlockProps {
  code: string
  /** What it is, in the head: "curl", "Error". */
  label?: ReactNode
  /** Long lines wrap instead of scrolling. */
  wrap?: boolean
  className?: string
  /** Tallest it gets before it scrolls; a class such as `max-h-96`. */
  maxHeightClassName?: string
}

/** Code to read and to take away. */
export function CodeBlock({ code, label, wrap, className, maxHeightClassName = 'max-h-96' }: CodeBlockProps) {
  return (
    <figure className={cn('group relative min-w-0 overflow-hidden rounded-lg border bg-muted/60', className)}>
      {label ? (
        <figcaption className="flex h-9 items-center justify-between gap-2 border-b pr-1 pl-3 font-medium text-muted-foreground text-xs">
          {label}
          <CopyButton value={code} size="icon-sm" />
        </figcaption>
      ) : (
        <div className="absolute top-1 right-1 z-10 rounded-md bg-card/80">
          <CopyButton value={code} size="icon-sm" />
        </div>
      )}
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
        tabIndex={0}
        className={cn(
          'overflow-auto p-3 font-mono text-xs leading-5 focus-visible:-outline-offset-2',
          !label && 'pr-10',
          wrap && 'whitespace-pre-wrap break-words',
          maxHeightClassName,
        )}
      >
        <code>{code}</code>
      </pre>
    </figure>
  )
}

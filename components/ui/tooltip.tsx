'use client'

import { Tooltip as Radix } from 'radix-ui'
import type { ComponentProps, ReactElement, ReactNode } from 'react'
import { cn } from './cn'

export const TooltipProvider = Radix.Provider

export interface TooltipProps {
  /** Nothing to say: the child stands alone. */
  content: ReactNode
  side?: ComponentProps<typeof Radix.Content>['side']
  align?: ComponentProps<typeof Radix.Content>['align']
  className?: string
  children: ReactElement
}

/** Says more about its child on hover and focus. An icon button still needs its own `aria-label`. */
export function Tooltip({ content, side, align, className, children }: TooltipProps) {
  if (content === null || content === undefined || content === '') return children
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          side={side}
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className={cn(
            'z-60 flex max-w-72 items-center gap-2 text-balance rounded-md bg-foreground px-2 py-1 font-medium text-background text-xs shadow-md',
            'data-[state=delayed-open]:animate-in data-[state=delayed-open]:fade-in-0 duration-100',
            className,
          )}
        >
          {content}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

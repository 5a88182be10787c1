'use client'

import { X } from 'lucide-react'
import { Dialog as RadixDialog } from 'radix-ui'
import type { ComponentProps, ReactNode } from 'react'
import { Button } from './button'
import { cn } from './cn'
import { overlayClasses } from './dialog'

export const Sheet = RadixDialog.Root

const sides = {
  right: 'inset-y-0 right-0 h-full w-full max-w-md border-l data-[state=open]:slide-in-from-right-8',
  left: 'inset-y-0 left-0 h-full w-72 max-w-[85vw] border-r data-[state=open]:slide-in-from-left-8',
  bottom:
    'inset-x-0 bottom-0 max-h-[85dvh] rounded-t-xl border-t pb-[env(safe-area-inset-bottom)] data-[state=open]:slide-in-from-bottom-8',
}

export interface SheetContentProps extends Omit<ComponentProps<typeof RadixDialog.Content>, 'title'> {
  side?: keyof typeof sides
  /** Named for assistive technology even when `hideTitle` hides it from sight. */
  title: ReactNode
  hideTitle?: boolean
}

/** A panel from an edge, over the page. */
export function SheetContent({ side = 'right', title, hideTitle, className, children, ...props }: SheetContentProps) {
  return (
    <RadixDialog.Portal>
      <RadixDialog.Overlay className={overlayClasses} />
      <RadixDialog.Content
        aria-describedby={undefined}
        className={cn(
          'fixed z-50 flex flex-col bg-popover text-popover-foreground shadow-xl outline-none duration-150 data-[state=closed]:animate-out data-[state=open]:animate-in data-[state=closed]:fade-out-0 data-[state=open]:fade-in-0',
          sides[side],
          className,
        )}
        {...props}
      >
        <div className={cn('flex h-12 shrink-0 items-center justify-between gap-2 px-4', hideTitle && 'sr-only')}>
          <RadixDialog.Title className="truncate font-semibold text-base">{title}</RadixDialog.Title>
          <RadixDialog.Close asChild>
            <Button variant="ghost" size="icon-sm" aria-label="Close">
              <X aria-hidden />
            </Button>
          </RadixDialog.Close>
        </div>
        {children}
      </RadixDialog.Content>
    </RadixDialog.Portal>
  )
}

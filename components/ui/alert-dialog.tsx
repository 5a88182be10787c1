'use client'

import { AlertDialog as RadixAlertDialog } from 'radix-ui'
import type { ReactNode } from 'react'
import { Button } from './button'
import { cn } from './cn'
import { overlayClasses } from './dialog'

export interface ConfirmDialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  /** The question, e.g. "Delete “Support intake”?" */
  title: ReactNode
  /** What will happen, and whether it can be undone. */
  description: ReactNode
  /** The verb, e.g. "Delete workflow". */
  confirmLabel: string
  cancelLabel?: string
  destructive?: boolean
  pending?: boolean
  /** The dialog stays open: close it by `onOpenChange(false)` when the work is done. */
  onConfirm: () => void
  children?: ReactNode
}

/** Asks before something that cannot be taken back. Focus starts on the harmless answer. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  return (
    <RadixAlertDialog.Root open={props.open} onOpenChange={props.onOpenChange}>
      <RadixAlertDialog.Portal>
        <RadixAlertDialog.Overlay className={overlayClasses} />
        <RadixAlertDialog.Content
          className={cn(
            'fixed top-1/2 left-1/2 z-50 grid w-[calc(100vw-2rem)] max-w-md -translate-x-1/2 -translate-y-1/2 gap-3 rounded-xl border bg-popover p-5 text-popover-foreground shadow-xl outline-none duration-150',
            'data-[state=closed]:animate-out data-[state=open]:animate-in data-[state=closed]:fade-out-0 data-[state=open]:fade-in-0 data-[state=open]:zoom-in-98',
          )}
        >
          <RadixAlertDialog.Title className="font-semibold text-lg">{props.title}</RadixAlertDialog.Title>
          <RadixAlertDialog.Description className="text-muted-foreground text-sm">
            {props.description}
          </RadixAlertDialog.Description>
          {props.children}
          <div className="mt-2 flex flex-wrap justify-end gap-2">
            <RadixAlertDialog.Cancel asChild>
              <Button>{props.cancelLabel ?? 'Cancel'}</Button>
            </RadixAlertDialog.Cancel>
            <Button
              variant={props.destructive ? 'destructive' : 'primary'}
              pending={props.pending}
              onClick={props.onConfirm}
            >
              {props.confirmLabel}
            </Button>
          </div>
        </RadixAlertDialog.Content>
      </RadixAlertDialog.Portal>
    </RadixAlertDialog.Root>
  )
}

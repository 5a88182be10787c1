'use client'

import { CircleCheck, Info, OctagonAlert, TriangleAlert } from 'lucide-react'
import { useTheme } from 'next-themes'
import { Toaster as Sonner } from 'sonner'

export { toast } from 'sonner'

/** Where toasts appear; mounted once, in the providers. */
export function Toaster() {
  const { resolvedTheme } = useTheme()
  return (
    <Sonner
      theme={resolvedTheme === 'dark' ? 'dark' : 'light'}
      position="bottom-right"
      closeButton
      gap={8}
      offset={16}
      mobileOffset={{ bottom: 72, left: 12, right: 12 }}
      icons={{
        success: <CircleCheck aria-hidden className="size-4 text-success" />,
        error: <OctagonAlert aria-hidden className="size-4 text-failure" />,
        warning: <TriangleAlert aria-hidden className="size-4 text-waiting" />,
        info: <Info aria-hidden className="size-4 text-running" />,
      }}
      toastOptions={{
        classNames: {
          toast:
            '!rounded-lg !border !border-border !bg-popover !p-3.5 !font-sans !text-popover-foreground !text-sm !shadow-lg !gap-2',
          title: '!font-medium !leading-5',
          description: '!text-muted-foreground !leading-5',
          actionButton: '!h-7 !rounded-md !bg-primary !px-2.5 !font-medium !text-primary-foreground !text-xs',
          closeButton: '!-top-1 !-right-1 !left-auto !size-6 !border-border !bg-popover !text-muted-foreground',
        },
      }}
    />
  )
}

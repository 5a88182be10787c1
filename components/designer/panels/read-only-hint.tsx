'use client'

import { Archive, Eye, MonitorSmartphone } from 'lucide-react'
import type { DesignerProps } from '../designer'

const hints = {
  role: { icon: Eye, text: 'You can look at this workflow. Your role does not allow changing it.' },
  phone: {
    icon: MonitorSmartphone,
    text: 'You can look at this workflow here. To change it, open it on a wider screen.',
  },
  archived: { icon: Archive, text: 'This workflow is archived and cannot be changed.' },
} as const

/** Says why nothing can be changed here. */
export function ReadOnlyHint({ because }: { because: NonNullable<DesignerProps['readOnlyBecause']> }) {
  const { icon: Icon, text } = hints[because]
  return (
    <p className="flex items-center gap-2 border-b bg-muted px-4 py-1.5 text-muted-foreground text-xs">
      <Icon aria-hidden className="size-3.5 shrink-0" />
      {text}
    </p>
  )
}

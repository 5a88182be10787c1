'use client'

import { Link2 } from 'lucide-react'
import { CopyButton } from '@/components/ui/copy-button'

/** A link that is shown this once, to be handed over by hand. It leads to the address under which this page was opened. */
export function OneTimeLink({ link }: { link: string }) {
  const here = new URL(new URL(link).pathname, window.location.origin).href
  return (
    <div className="flex items-center gap-3 rounded-lg border border-primary-line bg-primary-soft/60 p-3">
      <Link2 aria-hidden className="size-4.5 shrink-0 text-primary" />
      <code className="min-w-0 flex-1 select-all break-all font-mono text-sm" data-testid="one-time-link">
        {here}
      </code>
      <CopyButton value={here} text="Copy" variant="primary" autoFocus />
    </div>
  )
}

'use client'

import { MousePointerClick } from 'lucide-react'
import { Kbd } from '@/components/ui/kbd'
import { useDesigner } from '../designer-context'

/** What to do first, on a canvas with no more than a start and an end. It never catches the pointer. */
export function EmptyCanvas() {
  const count = useDesigner((state) => state.definition.nodes.length)
  if (count > 2) return null
  return (
    <div className="pointer-events-none absolute inset-x-0 bottom-24 grid place-items-center px-4">
      <div className="flex max-w-md items-start gap-3 rounded-xl border bg-card/90 px-4 py-3 shadow-sm backdrop-blur-sm">
        <MousePointerClick aria-hidden className="mt-0.5 size-4 shrink-0 text-primary" />
        <p className="text-muted-foreground text-sm">
          <span className="font-medium text-foreground">Draw the way your work takes.</span> Drag from a dot to add the
          next step, double-click the canvas, or press <Kbd>/</Kbd>. Press <Kbd>?</Kbd> for all shortcuts.
        </p>
      </div>
    </div>
  )
}

'use client'

import { Maximize2 } from 'lucide-react'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { Dialog, DialogContent, DialogHeader } from '@/components/ui/dialog'
import { CodeEditor, type CodeEditorProps } from './code-editor'

/** An editor with a way to have more room: long texts are written in a window of their own. */
export function ExpandableEditor({ title, ...props }: CodeEditorProps & { title: string }) {
  const [open, setOpen] = useState(false)
  const { id: _, ...large } = props
  return (
    <div className="ds-code-frame relative">
      <CodeEditor {...props} />
      <Button
        variant="ghost"
        size="icon-xs"
        className="ds-code-expand bg-card"
        aria-label={`Edit ${title.toLowerCase()} in a larger window`}
        onClick={() => setOpen(true)}
      >
        <Maximize2 aria-hidden />
      </Button>
      <Dialog open={open} onOpenChange={setOpen}>
        <DialogContent
          size="xl"
          aria-describedby={undefined}
          data-document-fields
          className="h-[min(44rem,calc(100dvh-2rem))]"
        >
          <DialogHeader title={title} />
          <div className="min-h-0 flex-1 px-5 pb-5">
            {open ? <CodeEditor {...large} className="ds-code-tall h-full" lineNumbers /> : null}
          </div>
        </DialogContent>
      </Dialog>
    </div>
  )
}

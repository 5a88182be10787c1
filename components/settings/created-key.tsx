'use client'

import { KeyRound } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { CodeBlock } from '@/components/ui/code-block'
import { CopyButton } from '@/components/ui/copy-button'
import { DialogBody, DialogFooter, DialogHeader } from '@/components/ui/dialog'
import type { CreatedApiKey } from '@/lib/api/contracts/keys'

/** The secret, this once, and a call to try it with. */
export function CreatedKey({ created, onDone }: { created: CreatedApiKey; onDone: () => void }) {
  const curl = `curl -s ${window.location.origin}/v1/me \\\n  -H "X-API-Key: ${created.secret}"`
  return (
    <>
      <DialogHeader
        title={`“${created.name}” is ready`}
        description="Copy the key now. It is stored only as a fingerprint, so it cannot be shown again."
      />
      <DialogBody className="grid gap-4">
        <div className="flex items-center gap-3 rounded-lg border border-primary-line bg-primary-soft/60 p-3">
          <KeyRound aria-hidden className="size-4.5 shrink-0 text-primary" />
          <code className="min-w-0 flex-1 select-all break-all font-mono text-sm" data-testid="api-key-secret">
            {created.secret}
          </code>
          <CopyButton value={created.secret} text="Copy" variant="primary" autoFocus />
        </div>
        <CodeBlock label="Try it" code={curl} wrap />
      </DialogBody>
      <DialogFooter>
        <Button variant="outline" onClick={onDone}>
          I have copied it
        </Button>
      </DialogFooter>
    </>
  )
}

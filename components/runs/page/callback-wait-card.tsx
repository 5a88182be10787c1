'use client'

import { CodeBlock } from '@/components/ui/code-block'
import { Time } from '@/components/ui/time'
import type { OpenWait } from '@/lib/api/contracts/runs'
import { pathText } from '../describe-event'

/** A step that waits for another system: the URL that answers it, once. */
export function CallbackWaitCard({ wait }: { wait: OpenWait }) {
  const place = pathText(wait.path)
  return (
    <div data-wait={wait.id} className="grid grid-cols-[minmax(0,1fr)] gap-2.5">
      <div className="grid gap-1">
        <h2 className="font-medium text-base">Waiting for a callback</h2>
        <p className="text-muted-foreground text-xs">
          {wait.node_name}
          {place ? ` (${place})` : ''} waits since <Time value={wait.created_at} mode="local" />
          {wait.due_at ? (
            <>
              , due <Time value={wait.due_at} className="font-medium text-waiting" />
            </>
          ) : null}
        </p>
      </div>
      {wait.callback_url === null ? (
        <p className="text-muted-foreground text-sm">Your role may follow runs but not see the URL that answers.</p>
      ) : (
        <>
          <CodeBlock label="POST to this URL, once" code={wait.callback_url} wrap />
          <p className="text-muted-foreground text-xs">
            The body of the call is the output of the step. The URL is signed: whoever has it can answer.
          </p>
        </>
      )}
    </div>
  )
}

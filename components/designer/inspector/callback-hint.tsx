'use client'

import { CodeBlock } from '@/components/ui/code-block'
import type { WorkflowNode } from '@/lib/workflow/document'
import { referenceName } from '../document/references'

/** How another system comes to know the URL that this step waits for. */
export function CallbackHint({ node }: { node: WorkflowNode }) {
  return (
    <section aria-label="URL of the callback" className="grid grid-cols-[minmax(0,1fr)] gap-1.5">
      <h3 className="font-medium text-sm">URL</h3>
      <CodeBlock code={`{{ callbacks.${referenceName(node.name)} }}`} />
      <p className="text-muted-foreground text-xs">
        Send this to the system that shall call, from a step before this one, for example in the body of an HTTP step.
        Each run, and each item of a container, has a URL of its own. It is signed and good for one POST; what is posted
        is the output of this step.
      </p>
    </section>
  )
}

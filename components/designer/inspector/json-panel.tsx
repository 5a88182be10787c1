'use client'

import { useEffect, useRef, useState } from 'react'
import { CopyButton } from '@/components/ui/copy-button'
import { definitionSchema } from '@/lib/workflow/document'
import { useDesigner, useServices } from '../designer-context'
import { CodeEditor } from './code/code-editor'

/** The whole definition as text. What is valid is taken over while it is typed; what is not waits here and says why. */
export function JsonPanel() {
  const { store } = useServices()
  const definition = useDesigner((state) => state.definition)
  const readOnly = useDesigner((state) => state.readOnly)
  const [text, setText] = useState(() => JSON.stringify(definition, null, 2))
  const [problem, setProblem] = useState<string>()
  const written = useRef(definition)
  useEffect(() => {
    if (written.current === definition) return
    written.current = definition
    setText(JSON.stringify(definition, null, 2))
    setProblem(undefined)
  }, [definition])
  const write = (next: string) => {
    setText(next)
    const read = readDefinition(next)
    setProblem(typeof read === 'string' ? read : undefined)
    if (typeof read === 'string') return
    written.current = read
    store.getState().commit({ label: 'Edit JSON', definition: read, coalesce: 'json' })
  }
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-2 p-3">
      <div className="flex items-center justify-between gap-2">
        <p className="text-muted-foreground text-xs">The definition as it is stored.</p>
        <CopyButton value={() => text} label="Copy the definition" />
      </div>
      <CodeEditor
        aria-label="Definition as JSON"
        language="json"
        lineNumbers
        readOnly={readOnly}
        invalid={problem !== undefined}
        className="ds-code-tall min-h-0 flex-1"
        value={text}
        onChange={(next) => next !== text && write(next)}
      />
      {problem === undefined ? null : (
        <p role="alert" className="rounded-md bg-failure-soft px-3 py-2 text-failure text-xs">
          Not taken over yet. {problem}
        </p>
      )}
    </div>
  )
}

function readDefinition(text: string) {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return `This is not valid JSON: ${error instanceof Error ? error.message : 'it cannot be read'}.`
  }
  const parsed = definitionSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  return issue === undefined
    ? 'This is not a definition.'
    : `${issue.path.join('.') || 'The definition'}: ${issue.message}.`
}

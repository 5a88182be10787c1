'use client'

import { useEffect, useState } from 'react'
import { CodeEditor } from '../code/code-editor'
import { ExpandableEditor } from '../code/expandable-editor'
import { useInspectorScope } from '../inspector-context'
import type { ControlProps } from './control-props'
import { textOfJson } from './json-text'

/** Text with placeholders, on one line or many. */
export function TemplateControl({ field, value, path, onChange, ...wiring }: ControlProps) {
  const scope = useInspectorScope()
  const shown = typeof value === 'string' ? value : textOfJson(value)
  const [draft, setDraft] = useState<string | null>(null)
  const refused = draft !== null && scope.portEffect(path, draft) === 'loses'
  // Another step or an undo brought another value: what was being typed belongs to the old one.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when the value changes from outside
  useEffect(() => setDraft(null), [shown])
  const write = (text: string) => onChange(text === '' && !field.required ? undefined : text)
  const Editor = field.control === 'textarea' ? ExpandableEditor : CodeEditor
  return (
    <Editor
      {...wiring}
      title={field.title}
      aria-label={field.title}
      language={field.raw ? 'text' : 'template'}
      vocabulary={scope.vocabulary}
      singleLine={field.control !== 'textarea'}
      placeholder={field.placeholder}
      readOnly={scope.readOnly}
      invalid={refused || wiring['aria-invalid']}
      className={field.control === 'textarea' ? 'ds-code-area' : undefined}
      value={draft ?? shown}
      onChange={(text) => {
        if (text === (draft ?? shown)) return
        if (inList(path) && (draft !== null || scope.portEffect(path, text) !== 'none')) setDraft(text)
        else write(text)
      }}
      onBlur={() => {
        if (draft !== null && !refused) write(draft)
        setDraft(null)
      }}
    />
  )
}

/** Only names inside of lists can be names of ports. */
function inList(path: string): boolean {
  return path.split('.').length > 2
}

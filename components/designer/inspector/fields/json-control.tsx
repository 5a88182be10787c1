'use client'

import { useEffect, useRef, useState } from 'react'
import { ExpandableEditor } from '../code/expandable-editor'
import { useInspectorScope } from '../inspector-context'
import type { ControlProps } from './control-props'
import { jsonOfText, textOfJson } from './json-text'

/** Any JSON; a word or a placeholder needs no quotes. What cannot be read yet is kept here until it can. */
export function JsonControl({ field, value, path: _, onChange, ...wiring }: ControlProps) {
  const scope = useInspectorScope()
  const [text, setText] = useState(() => textOfJson(value))
  const [error, setError] = useState<string>()
  const written = useRef(value)
  useEffect(() => {
    // Our own change coming back is no reason to write the text anew under the cursor.
    if (written.current === value) return
    written.current = value
    setText(textOfJson(value))
    setError(undefined)
  }, [value])
  const write = (next: string) => {
    setText(next)
    const read = jsonOfText(next)
    setError(read.ok ? undefined : read.error)
    if (!read.ok) return
    written.current = read.value
    onChange(read.value)
  }
  return (
    <div className="grid gap-1">
      <ExpandableEditor
        {...wiring}
        title={field.title}
        aria-label={field.title}
        language="json"
        vocabulary={scope.vocabulary}
        placeholder={field.placeholder}
        readOnly={scope.readOnly}
        invalid={error !== undefined || wiring['aria-invalid']}
        value={text}
        onChange={(next) => next !== text && write(next)}
      />
      {error === undefined ? null : (
        <p role="alert" className="text-failure text-xs">
          {error}
        </p>
      )}
    </div>
  )
}

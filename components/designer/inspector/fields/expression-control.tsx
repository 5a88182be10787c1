'use client'

import { useMemo } from 'react'
import { compileExpression } from '@/lib/engine/expression'
import { ExpressionError } from '@/lib/engine/expression-error'
import { ExpandableEditor } from '../code/expandable-editor'
import { useInspectorScope } from '../inspector-context'
import type { ControlProps } from './control-props'

/** An expression without braces. A mistake is underlined while it is typed; the sentence about it stands below. */
export function ExpressionControl({ field, value, path: _, onChange, ...wiring }: ControlProps) {
  const scope = useInspectorScope()
  const text = typeof value === 'string' ? value : ''
  const errorAt = useMemo(() => mistakeAt(text), [text])
  return (
    <ExpandableEditor
      {...wiring}
      title={field.title}
      aria-label={field.title}
      language="expression"
      vocabulary={scope.vocabulary}
      placeholder={field.placeholder}
      readOnly={scope.readOnly}
      errorAt={errorAt}
      invalid={errorAt !== undefined || wiring['aria-invalid']}
      value={text}
      onChange={(next) => onChange(next === '' && !field.required ? undefined : next)}
    />
  )
}

function mistakeAt(text: string): number | undefined {
  if (text.trim() === '') return undefined
  try {
    compileExpression(text)
    return undefined
  } catch (error) {
    return error instanceof ExpressionError ? (error.position ?? text.length) : undefined
  }
}

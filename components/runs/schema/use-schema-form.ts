'use client'

import { useCallback, useState } from 'react'
import type { FieldProblem } from '@/lib/errors'
import type { JsonSchema } from './field-model'
import { errorsOfProblem, type FieldErrors, validateValue } from './validate'
import { initialValue, withDefaults } from './values'

export interface SchemaFormState {
  value: unknown
  setValue: (value: unknown) => void
  errors: FieldErrors
  /** For texts that are not JSON yet; see `SchemaForm`. */
  onTextProblem: (path: string, message: string | undefined) => void
  /** True when it may be sent. From then on problems are said while typing. */
  validate: () => boolean
  /** Puts the problems that the server named at their fields; `roots`: names of the body member that holds the form. */
  showProblems: (problems: readonly FieldProblem[], roots: readonly string[]) => void
  reset: (value?: unknown) => void
}

/** The state of one form over a JSON Schema. Nothing is marked wrong before the first attempt to send. */
export function useSchemaForm(schema: JsonSchema, initial?: unknown): SchemaFormState {
  const start = (known?: unknown) => withDefaults(initialValue(schema), known)
  const [value, setStoredValue] = useState<unknown>(() => start(initial))
  const [tried, setTried] = useState(false)
  const [serverErrors, setServerErrors] = useState<FieldErrors>({})
  const [textProblems, setTextProblems] = useState<FieldErrors>({})

  const setValue = useCallback((next: unknown) => {
    setStoredValue(next)
    setServerErrors({})
  }, [])

  const onTextProblem = useCallback((path: string, message: string | undefined) => {
    setTextProblems((known) => {
      if (known[path] === message) return known
      const { [path]: _, ...rest } = known
      return message === undefined ? rest : { ...rest, [path]: message }
    })
  }, [])

  return {
    value,
    setValue,
    errors: { ...(tried ? validateValue(schema, value) : {}), ...serverErrors, ...textProblems },
    onTextProblem,
    validate: () => {
      setTried(true)
      return Object.keys(textProblems).length === 0 && Object.keys(validateValue(schema, value)).length === 0
    },
    showProblems: (problems, roots) => setServerErrors(errorsOfProblem(problems, roots)),
    reset: (known) => {
      setStoredValue(start(known))
      setTried(false)
      setServerErrors({})
      setTextProblems({})
    },
  }
}

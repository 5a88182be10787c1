'use client'

import { createContext, useContext } from 'react'
import type { JsonSchema } from './field-model'
import type { FieldErrors } from './validate'

/** What every field of a form needs, at any depth. */
export interface FormContextValue {
  root: JsonSchema
  errors: FieldErrors
  disabled: boolean
  onTextProblem: (path: string, message: string | undefined) => void
}

export const FormContext = createContext<FormContextValue>({
  root: {},
  errors: {},
  disabled: false,
  onTextProblem: () => undefined,
})

export const useFormContext = () => useContext(FormContext)

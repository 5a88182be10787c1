'use client'

import { type ComponentType, createContext, useContext } from 'react'
import type { Field, JsonSchema } from './field-model'
import type { FieldErrors } from './validate'

export interface SchemaFieldProps {
  schema: JsonSchema
  /** Name in the object that holds it; empty at the root and in lists. */
  name: string
  /** Dotted, from the root of the form. */
  path: string
  required: boolean
  value: unknown
  onChange: (value: unknown) => void
  /** Instead of the title of the schema, e.g. the number of a list entry. */
  label?: string
}

/** A field of one kind, as read from the schema. */
export type FieldPart<K extends Field['kind']> = SchemaFieldProps & {
  field: Extract<Field, { kind: K }>
  label: string
  error: string | undefined
}

/** What every field of a form needs, at any depth. */
export interface FormContextValue {
  root: JsonSchema
  errors: FieldErrors
  disabled: boolean
  onTextProblem: (path: string, message: string | undefined) => void
  /** Draws the fields inside a group; here, so that groups and fields need not import each other. */
  Field: ComponentType<SchemaFieldProps>
}

export const FormContext = createContext<FormContextValue>({
  root: {},
  errors: {},
  disabled: false,
  onTextProblem: () => undefined,
  Field: () => null,
})

export const useFormContext = () => useContext(FormContext)

'use client'

import { Braces, CircleAlert, TextCursorInput } from 'lucide-react'
import { type ReactNode, useMemo, useState } from 'react'
import { Tabs, TabsContent, TabsList, TabsTrigger } from '@/components/ui/tabs'
import { JsonControl } from './schema/controls'
import { fieldOf, type JsonSchema, propertiesOf } from './schema/field-model'
import { FormContext, type FormContextValue } from './schema/form-context'
import { SchemaField } from './schema/schema-field'
import type { FieldErrors } from './schema/validate'
import { isRecord, withMember } from './schema/values'

export interface SchemaFormProps {
  /** The JSON Schema that the value must fit. */
  schema: JsonSchema
  value: unknown
  onChange: (value: unknown) => void
  /** Messages by dotted path; see `useSchemaForm`. */
  errors?: FieldErrors
  disabled?: boolean
  /** Hears why a text at a path is not JSON yet (`undefined`: it is now). While there is one, the value is the last one that was. */
  onTextProblem?: (path: string, message: string | undefined) => void
  /** No JSON tab. */
  formOnly?: boolean
  /** Shown in place of the form when nothing is asked. */
  nothing?: ReactNode
  /** Left of the tabs, e.g. a heading. */
  heading?: ReactNode
}

const ignore = () => undefined

/**
 * A form for any JSON Schema: fields with titles, hints, defaults and messages, and a JSON tab for the same value.
 * Controlled; `useSchemaForm` holds its state and checks it.
 */
export function SchemaForm(props: SchemaFormProps) {
  const { schema, value, onChange, errors = {}, disabled = false, onTextProblem = ignore } = props
  const [tab, setTab] = useState('form')
  const context = useMemo<FormContextValue>(
    () => ({ root: schema, errors, disabled, onTextProblem, Field: SchemaField }),
    [schema, errors, disabled, onTextProblem],
  )
  const properties = propertiesOf(schema, schema)
  const isEmpty = properties.length === 0 && fieldOf(schema, schema).kind === 'json' && schema.type === 'object'

  const form = isEmpty ? (
    (props.nothing ?? null)
  ) : (
    <div className="grid gap-4">
      <OrphanErrors errors={errors} known={properties.map((property) => property.name)} />
      {properties.length > 0 ? (
        properties.map((property) => (
          <SchemaField
            key={property.name}
            schema={property.schema}
            name={property.name}
            path={property.name}
            required={property.required}
            value={isRecord(value) ? value[property.name] : undefined}
            onChange={(member) => onChange(withMember(value, property.name, member))}
          />
        ))
      ) : (
        <SchemaField schema={schema} name="" path="" required value={value} onChange={onChange} />
      )}
    </div>
  )

  return (
    <FormContext value={context}>
      {props.formOnly || isEmpty ? (
        <>
          {props.heading}
          {form}
        </>
      ) : (
        <Tabs value={tab} onValueChange={setTab} className="grid gap-3">
          <div className="flex items-center justify-between gap-3">
            <div className="min-w-0">{props.heading}</div>
            <TabsList variant="segmented" aria-label="How to enter it">
              <TabsTrigger value="form" className="h-6! text-xs">
                <TextCursorInput aria-hidden className="size-3.5" /> Form
              </TabsTrigger>
              <TabsTrigger value="json" className="h-6! text-xs">
                <Braces aria-hidden className="size-3.5" /> JSON
              </TabsTrigger>
            </TabsList>
          </div>
          <TabsContent value="form">{form}</TabsContent>
          <TabsContent value="json" className="grid gap-3">
            <OrphanErrors errors={errors} known={[]} />
            <JsonControl
              aria-label="JSON"
              rows={10}
              value={value}
              onValueChange={onChange}
              onProblem={(message) => onTextProblem('', message)}
              disabled={disabled}
              aria-invalid={Object.keys(errors).length > 0 || undefined}
            />
          </TabsContent>
        </Tabs>
      )}
    </FormContext>
  )
}

/** Messages about places that no field stands for: the whole, and members that the schema does not know. */
function OrphanErrors({ errors, known }: { errors: FieldErrors; known: string[] }) {
  const orphans = Object.entries(errors).filter(([path]) => !known.includes(path.split('.')[0] ?? ''))
  if (orphans.length === 0) return null
  return (
    <ul role="alert" className="grid gap-1 rounded-md bg-failure-soft px-3 py-2 text-failure text-xs">
      {orphans.map(([path, message]) => (
        <li key={path} className="flex items-start gap-1.5">
          <CircleAlert aria-hidden className="mt-px size-3.5 shrink-0" />
          <span>
            {path === '' ? null : <code className="mr-1 font-mono">{path}</code>}
            {message}
          </span>
        </li>
      ))}
    </ul>
  )
}

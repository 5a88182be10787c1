import { type FormEvent, useState } from 'react'
import { type AuthForms, submitAuth } from '@/lib/api/client/auth'
import { ApiError, messageOf } from '@/lib/api/client/error'

/** What is wrong with each field, in words. */
export type FieldErrors<Form extends keyof AuthForms> = Partial<Record<keyof AuthForms[Form], string>>

/**
 * A form before sign-in: reads its fields, checks them, sends them, and afterwards loads `next` afresh, so that nothing of
 * the visitor's page stays in memory.
 */
export function useAuthForm<Form extends keyof AuthForms>(options: {
  form: Form
  fields: readonly (keyof AuthForms[Form] & string)[]
  next: string
  check: (values: AuthForms[Form]) => FieldErrors<Form>
}) {
  const { form, fields, next, check } = options
  const [pending, setPending] = useState(false)
  const [errors, setErrors] = useState<FieldErrors<Form>>({})
  const [message, setMessage] = useState<string>()

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (pending) return
    const element = event.currentTarget
    const data = new FormData(element)
    const values = Object.fromEntries(fields.map((name) => [name, String(data.get(name) ?? '')])) as AuthForms[Form] // one text for each field
    show(element, check(values))
    if (Object.keys(check(values)).length > 0) return
    setPending(true)
    try {
      await submitAuth(form, values)
      window.location.assign(next)
    } catch (error) {
      const named = error instanceof ApiError ? fieldsNamedBy(error) : {}
      show(element, named)
      if (Object.keys(named).length === 0) setMessage(messageOf(error))
      setPending(false)
    }
  }

  function fieldsNamedBy(error: ApiError): FieldErrors<Form> {
    const named = fields.map((name) => [name, error.fieldError(name)] as const).filter(([, text]) => text !== undefined)
    return Object.fromEntries(named) as FieldErrors<Form> // the names are those of the form
  }

  /** The first field that is wrong gets the focus, so that it is heard and can be mended at once. */
  function show(element: HTMLFormElement, found: FieldErrors<Form>) {
    setErrors(found)
    setMessage(undefined)
    const first = fields.find((name) => found[name] !== undefined)
    if (first === undefined) return
    const control = element.elements.namedItem(first)
    if (control instanceof HTMLElement) control.focus()
  }

  /** A complaint goes as soon as its field is being mended. */
  function mend(event: FormEvent<HTMLFormElement>) {
    const { name } = event.target as HTMLInputElement // only inputs of this form fire `input` here
    setErrors((before) => ({ ...before, [name]: undefined }))
  }

  return {
    pending,
    errors,
    message,
    formProps: { onSubmit: (event: FormEvent<HTMLFormElement>) => void submit(event), onInput: mend },
  }
}

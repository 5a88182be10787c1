import { type JsonSchema, propertiesOf, resolve } from './field-model'

/** Values of a form: plain JSON. An empty field is an absent member, so "nothing" is never sent as an empty text. */

/** The value a form starts with: defaults filled in, required yes/no questions answered `false`, the rest absent. */
export function initialValue(schema: JsonSchema, root: JsonSchema = schema, required = true): unknown {
  const resolved = resolve(schema, root)
  if (resolved.default !== undefined) return structuredClone(resolved.default)
  if (resolved.const !== undefined) return structuredClone(resolved.const)
  const properties = propertiesOf(resolved, root)
  if (properties.length > 0) {
    const entries = properties.flatMap((property) => {
      const value = initialValue(property.schema, root, property.required)
      return value === undefined ? [] : [[property.name, value] as const]
    })
    // An optional group that has no defaults stays absent: an empty object could miss its own required members.
    return entries.length > 0 || required ? Object.fromEntries(entries) : undefined
  }
  if (!required) return undefined
  if (resolved.type === 'boolean') return false
  if (resolved.type === 'array') return []
  if (resolved.type === 'object') return {}
  return undefined
}

/** `value` with `defaults` under it: what the form starts with when some answers are known already. */
export function withDefaults(defaults: unknown, value: unknown): unknown {
  if (value === undefined) return defaults
  if (!isRecord(defaults) || !isRecord(value)) return value
  const merged: Record<string, unknown> = { ...defaults }
  for (const [key, member] of Object.entries(value)) merged[key] = withDefaults(defaults[key], member)
  return merged
}

/** What of `value` a closed schema accepts: members it does not declare would only be refused. An open schema keeps them. */
export function membersOf(schema: JsonSchema, value: unknown): unknown {
  if (schema.additionalProperties !== false || !isRecord(value)) return value
  const names = new Set(propertiesOf(schema, schema).map((property) => property.name))
  return Object.fromEntries(Object.entries(value).filter(([name]) => names.has(name)))
}

/** A copy of the object with one member set; `undefined` takes the member away. */
export function withMember(object: unknown, name: string, value: unknown): Record<string, unknown> {
  const copy: Record<string, unknown> = { ...(isRecord(object) ? object : {}) }
  if (value === undefined) delete copy[name]
  else copy[name] = value
  return copy
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The instant of a `datetime-local` field (local time, no zone) as ISO 8601 UTC; undefined when it is not one. */
export function instantOfLocal(local: string): string | undefined {
  const time = new Date(local)
  return local === '' || Number.isNaN(time.getTime()) ? undefined : time.toISOString()
}

/** ISO 8601 instant → the local text a `datetime-local` field shows; empty when it is not one. */
export function localOfInstant(instant: unknown): string {
  const time = typeof instant === 'string' ? new Date(instant) : undefined
  if (!time || Number.isNaN(time.getTime())) return ''
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

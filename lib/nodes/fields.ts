import { z } from 'zod'

/** Building blocks of node configs. A template that is one placeholder keeps its type, so a field says what it makes of it. */

/** A text: whatever else a template gives is written as it would be inside a text, lists and objects as JSON. */
export function textField(schema: z.ZodString) {
  return z.preprocess((value) => {
    if (value === undefined || value === null || typeof value === 'string') return value
    return typeof value === 'object' ? JSON.stringify(value) : String(value)
  }, schema)
}

/** A number, also from a text that is one. */
export function numberField(schema: z.ZodNumber) {
  return z.preprocess((value) => {
    if (typeof value !== 'string' || value.trim() === '') return value
    const number = Number(value)
    return Number.isFinite(number) ? number : value
  }, schema)
}

/** A JSON Schema as data. */
export const jsonSchemaField = z.record(z.string(), z.unknown())

/**
 * Any JSON value, unchecked: what arrives here was parsed from JSON or rendered from templates, and walking a value of
 * megabytes again at every node would cost more than the node.
 */
export const jsonField = z.unknown().refine((value) => value !== undefined, 'a value is needed')

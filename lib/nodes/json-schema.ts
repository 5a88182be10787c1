import { z } from 'zod'

/** A JSON Schema as data, in the config of a node. */
export const jsonSchemaObject = z.record(z.string(), z.unknown())

/**
 * Any JSON value, unchecked: what arrives here was parsed from JSON or rendered from templates, and walking a value of
 * megabytes again at every node would cost more than the node.
 */
export const jsonValue = z.unknown().refine((value) => value !== undefined, 'a value is needed')

import { z } from 'zod'
import { ROLES, SCOPES } from '../../auth/permissions'

/** Parts that every contract shares. Wire format: JSON, snake_case; ids canonical in answers, any spelling in requests. */

export const idSchema = z
  .string()
  .max(64)
  .meta({ description: 'An id in any of its spellings.', examples: ['0192f0c1-7c1e-7abc-8000-5d3c00000000'] })

const LONE_SURROGATE = /\p{Surrogate}/u

/** Text for a column of text, which cannot hold U+0000. Lengths in UTF-16 units. */
export function textSchema(options: { min?: number; max: number; trim?: boolean }) {
  const text = options.trim ? z.string().trim() : z.string()
  return (
    text
      .min(options.min ?? 0)
      .max(options.max)
      .refine((value) => !value.includes('\0'), 'has the character U+0000')
      // Half of a pair has no UTF-8: it would be kept as another character.
      .refine((value) => !LONE_SURROGATE.test(value), 'has half of a surrogate pair')
  )
}

export const timestampSchema = z.string().meta({ description: 'ISO 8601 instant, UTC.', format: 'date-time' })

export const jsonValueSchema = z.unknown().meta({ description: 'Any JSON value.' })

export const pageQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
})

export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next_cursor: z.string().nullable() })
}

export const problemDocumentSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    message: z.string(),
    detail: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })),
    request_id: z.string(),
  })
  .meta({ id: 'Problem', description: 'An error answer, `application/problem+json` (RFC 9457).' })
export type ProblemDocument = z.infer<typeof problemDocumentSchema>

export const scopeSchema = z.enum(SCOPES)
export const roleSchema = z.enum(ROLES)

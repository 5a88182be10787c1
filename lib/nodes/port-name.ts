import { z } from 'zod'

/** Names that the engine gives to ports itself; a branch called like one would be ambiguous. */
const RESERVED = new Set(['else', 'default', 'error', 'out'])

/** The name of a branch or case: it becomes the name of a port, so edges refer to it. */
export const portName = z
  .string()
  .trim()
  .min(1, 'a branch needs a name')
  .max(100)
  .refine(
    (name) => !RESERVED.has(name),
    'this name is taken by the engine: choose another than else, default, error, out',
  )

/** Adds a problem for every name that was there before. For `superRefine` of a list of `{name}`. */
export function refuseRepeatedNames(items: readonly { name: string }[], context: z.core.$RefinementCtx): void {
  const seen = new Set<string>()
  items.forEach((item, index) => {
    if (seen.has(item.name)) {
      context.addIssue({ code: 'custom', path: [index, 'name'], message: `the name "${item.name}" is used twice` })
    }
    seen.add(item.name)
  })
}

/** Names of a stored list that may be anything: what a half-edited document holds must still draw. */
export function namesOf(list: unknown): string[] {
  if (!Array.isArray(list)) return []
  return list.flatMap((item: unknown) =>
    typeof item === 'object' && item !== null && 'name' in item && typeof item.name === 'string' && item.name !== ''
      ? [item.name]
      : [],
  )
}

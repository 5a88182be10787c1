import type { WorkflowDefinition } from './document'

export const MASK = '••••••'

/** Names of fields and headers whose values open something. */
const SECRET_NAME =
  /^(?:proxy-?)?authorization$|^(?:set-?)?cookie$|pass(?:word|wd|phrase)|secret|(?:^|[-_])token$|(?:access|refresh|id|auth|bearer|session|csrf|api)[-_]?token|api[-_]?key|private[-_]?key|^x-[\w-]*(?:key|token|signature)$|credential/i

/** Secrets by their form, wherever they stand: keys of ours and of others, tokens, bearer values, user:password in a URL. */
const SECRET_TEXT =
  /\bcs_live_[\w-]{8,}|\bsk-[\w-]{16,}|\bgh[pousr]_\w{20,}|\bxox[abprs]-[\w-]{10,}|\bAKIA[0-9A-Z]{16}\b|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|\b(?:Bearer|Basic)\s+[\w.~+/=-]{8,}|(?<=:\/\/)[^\s/@:]+:[^\s/@]+(?=@)|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g

/** A value that is nothing but a reference holds no secret: it says where one is looked up. */
const REFERENCE_ONLY = /^\s*(?:\{\{[^{}]*\}\}|\[\[[^[\]]*\]\])\s*$/

/** A copy of a definition with secrets masked: in configs, pinned outputs and what they nest. The rest is as it is. */
export function maskSecrets(definition: WorkflowDefinition): WorkflowDefinition {
  return {
    ...definition,
    nodes: definition.nodes.map((node) => ({
      ...node,
      config: maskMembers(node.config),
      ...(node.pinned ? { pinned: { output: mask(node.pinned.output) } } : {}),
    })),
  }
}

function mask(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(SECRET_TEXT, MASK)
  if (Array.isArray(value)) return value.map(maskEntry)
  return typeof value === 'object' && value !== null ? maskMembers({ ...value }) : value
}

/** Headers are also written as `[{ name, value }]`. */
function maskEntry(item: unknown): unknown {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return mask(item)
  const { name, key, ...rest } = item as { name?: unknown; key?: unknown; value?: unknown }
  const label = typeof name === 'string' ? name : typeof key === 'string' ? key : undefined
  if (label === undefined || !SECRET_NAME.test(label) || !('value' in rest)) return maskMembers({ ...item })
  return { ...maskMembers({ ...item }), value: masked(rest.value) }
}

function maskMembers(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [name, SECRET_NAME.test(name) ? masked(value) : mask(value)]),
  )
}

function masked(value: unknown): unknown {
  if (value === null || value === '' || typeof value === 'boolean') return value
  return typeof value === 'string' && REFERENCE_ONLY.test(value) ? value : MASK
}

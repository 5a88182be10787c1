import type { z } from 'zod'
import { formatDuration } from '@/components/ui/format'
import type { limitSchema } from '@/lib/api/contracts/limits'

export type LimitItem = z.infer<typeof limitSchema>

/** Which limits stand together, by words in their titles and units; the first that fits takes it. */
const GROUPS: readonly { name: string; holds: (limit: LimitItem) => boolean }[] = [
  {
    name: 'Models and budgets',
    holds: ({ title, unit }) => /model|money|tokens|budget/i.test(title) || unit === 'USD',
  },
  { name: 'Runs at once', holds: ({ title }) => /at once|queue|same time|in flight/i.test(title) },
  { name: 'Time and retention', holds: ({ unit }) => unit === 'ms' || unit === 'days' || unit === 'hours' },
  {
    name: 'Size of a run',
    holds: ({ title }) => /run|output|visits|turns of a while|items of a for each/i.test(title),
  },
  { name: 'Workflows', holds: ({ code }) => code === 'invalid_definition' },
  { name: 'Requests and everything else', holds: () => true },
]

/** Limits that match a search, put together by what they are about. */
export function groupsOf(limits: readonly LimitItem[], search: string): { name: string; limits: LimitItem[] }[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const textOf = ({ id, title, behaviour, set_by, code }: LimitItem) =>
    [id, title, behaviour, set_by, code].join(' ').toLowerCase()
  const found = limits.filter((limit) => words.every((word) => textOf(limit).includes(word)))
  const nameOf = (limit: LimitItem) => GROUPS.find((group) => group.holds(limit))?.name
  return GROUPS.map(({ name }) => ({ name, limits: found.filter((limit) => nameOf(limit) === name) })).filter(
    (group) => group.limits.length > 0,
  )
}

const KIB = 1_024

/** `256 KiB`, `90 days`, `5 min`, `$20`, `10 000`. */
export function formatLimit(value: number, unit: LimitItem['unit']): string {
  if (unit === 'ms') return formatDuration(value)
  if (unit === 'bytes') {
    if (value % (KIB * KIB) === 0) return `${grouped(value / KIB / KIB)} MiB`
    return value % KIB === 0 ? `${grouped(value / KIB)} KiB` : `${grouped(value)} B`
  }
  if (unit === 'USD') return `$${grouped(value)}`
  if (unit === 'items') return grouped(value)
  return `${grouped(value)} ${value === 1 ? unit.replace(/s$/, '') : unit}`
}

function grouped(value: number): string {
  return value.toLocaleString('en').replaceAll(',', '\u202f')
}

/** Who may change a limit, and by what. */
export function whoSets({ set_by }: LimitItem): { who: string; by?: string } {
  if (set_by === null) return { who: 'Fixed' }
  if (set_by.startsWith('LIMIT_')) return { who: 'Operator:', by: set_by }
  return { who: set_by.includes('.') ? 'Author:' : 'Caller:', by: set_by }
}

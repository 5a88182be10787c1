'use client'

import { Markdown } from '@/components/runs/markdown'
import { humanise } from '@/components/runs/schema/field-model'
import { JsonView } from '@/components/ui/json-view'

/** More members than this are read better as JSON. */
const MEMBERS_AS_LIST = 12

/** The value under review as a person reads it: text as text, an object as a list of its members, the rest as JSON. */
export function ShownValue({ value }: { value: unknown }) {
  if (value === null || value === undefined) {
    return <p className="text-muted-foreground text-sm">Nothing is shown with this approval.</p>
  }
  if (typeof value === 'string') return <Markdown text={value} />
  if (isReadable(value)) {
    const entries = Object.entries(value)
    return (
      <dl className="grid gap-x-4 gap-y-2.5 text-sm sm:grid-cols-[max-content_1fr]">
        {entries.map(([name, member]) => (
          <div key={name} className="contents max-sm:grid max-sm:gap-0.5">
            <dt className="pt-0.5 text-muted-foreground text-xs leading-5">{humanise(name)}</dt>
            <dd className="min-w-0 max-sm:mb-1">
              <Member value={member} />
            </dd>
          </div>
        ))}
      </dl>
    )
  }
  return <JsonView value={value} openDepth={2} />
}

function Member({ value }: { value: unknown }) {
  if (typeof value === 'string') return <Markdown text={value} />
  if (!isPlain(value)) return <JsonView value={value} bare openDepth={0} className="-ml-4" />
  if (Array.isArray(value)) {
    return (
      <ul className="list-disc pl-4">
        {value.map((item, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: items of a frozen value have no identity
          <li key={index}>{String(item)}</li>
        ))}
      </ul>
    )
  }
  return <span className="tabular-nums leading-6">{value === null ? '—' : String(value)}</span>
}

/** An object that reads as a list of its members: few of them, and at least one that is a plain value. */
export function isReadable(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const members = Object.values(value)
  return members.length > 0 && members.length <= MEMBERS_AS_LIST && members.some(isPlain)
}

function isPlain(value: unknown): boolean {
  if (Array.isArray(value))
    return value.length <= 10 && value.every((item) => typeof item !== 'object' || item === null)
  return typeof value !== 'object' || value === null
}

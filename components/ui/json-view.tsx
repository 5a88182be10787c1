'use client'

import { ChevronRight } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { cn } from './cn'
import { CopyButton } from './copy-button'
import { formatCount } from './format'

const ITEMS_AT_ONCE = 100
const STRING_AT_ONCE = 400

export interface JsonViewProps {
  value: unknown
  /** How many levels stand open at first; default 1 (2 for small values). */
  openDepth?: number
  /** No frame and no copy button, for use inside something that has them. */
  bare?: boolean
  className?: string
  maxHeightClassName?: string
  /** Names the region for assistive technology; two of them on a page need two names. */
  label?: string
}

/** Any JSON, to fold and to copy. A closed branch is not in the page, and a long list comes a hundred at a time. */
export function JsonView({
  value,
  openDepth,
  bare,
  className,
  maxHeightClassName = 'max-h-96',
  label = 'JSON',
}: JsonViewProps) {
  const depth = openDepth ?? (sizeOf(value, 40) < 40 ? 2 : 1)
  const tree = <JsonNode value={value} depth={depth} />
  if (bare) return <div className={cn('min-w-0 font-mono text-xs leading-5', className)}>{tree}</div>
  return (
    <div className={cn('relative min-w-0 overflow-hidden rounded-lg border bg-muted/40', className)}>
      <div className="absolute top-1 right-1 z-10 rounded-md bg-card/80">
        <CopyButton value={() => JSON.stringify(value, null, 2) ?? ''} label="Copy JSON" />
      </div>
      <section
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
        tabIndex={0}
        className={cn(
          'overflow-auto p-3 pr-10 font-mono text-xs leading-5 focus-visible:-outline-offset-2',
          maxHeightClassName,
        )}
      >
        {tree}
      </section>
    </div>
  )
}

function JsonNode({ name, value, depth, comma }: { name?: string; value: unknown; depth: number; comma?: boolean }) {
  const [open, setOpen] = useState(depth > 0)
  const label = name === undefined ? null : <Key name={name} />
  if (!isBranch(value)) {
    return (
      <div className="break-words pl-4">
        {label}
        <Leaf value={value} />
        {comma ? <Punctuation>,</Punctuation> : null}
      </div>
    )
  }
  const isList = Array.isArray(value)
  const [before, after] = isList ? ['[', ']'] : ['{', '}']
  const count = isList ? value.length : Object.keys(value).length
  if (count === 0) {
    return (
      <div className="pl-4">
        {label}
        <Punctuation>
          {before}
          {after}
          {comma ? ',' : ''}
        </Punctuation>
      </div>
    )
  }
  return (
    <div>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex min-h-6 items-center rounded-sm text-left hover:bg-accent"
      >
        <ChevronRight
          aria-hidden
          className={cn('mr-0.5 size-3.5 shrink-0 text-subtle-foreground transition-transform', open && 'rotate-90')}
        />
        <span>
          {label}
          <Punctuation>{open ? before : `${before} … ${after}`}</Punctuation>
          {open ? null : (
            <span className="ml-2 text-subtle-foreground">
              {formatCount(count)} {isList ? (count === 1 ? 'item' : 'items') : count === 1 ? 'field' : 'fields'}
            </span>
          )}
        </span>
      </button>
      {open ? (
        <>
          <div className="ml-[7px] border-l pl-2">
            <Children value={value} depth={depth - 1} />
          </div>
          <div className="pl-4">
            <Punctuation>
              {after}
              {comma ? ',' : ''}
            </Punctuation>
          </div>
        </>
      ) : null}
    </div>
  )
}

function Children({ value, depth }: { value: object; depth: number }) {
  const [shown, setShown] = useState(ITEMS_AT_ONCE)
  const isList = Array.isArray(value)
  const keys = Object.keys(value)
  return (
    <>
      {keys.slice(0, shown).map((key, index) => (
        <JsonNode
          key={key}
          name={isList ? undefined : key}
          value={(value as Record<string, unknown>)[key]}
          depth={depth}
          comma={index < keys.length - 1}
        />
      ))}
      {keys.length > shown ? (
        <More onClick={() => setShown(shown + ITEMS_AT_ONCE)}>
          {`${formatCount(keys.length - shown)} more · show ${Math.min(ITEMS_AT_ONCE, keys.length - shown)}`}
        </More>
      ) : null}
    </>
  )
}

function Leaf({ value }: { value: unknown }) {
  const [whole, setWhole] = useState(false)
  if (typeof value === 'string') {
    const cut = !whole && value.length > STRING_AT_ONCE
    return (
      <>
        <span className="whitespace-pre-wrap text-json-string">
          {JSON.stringify(cut ? value.slice(0, STRING_AT_ONCE) : value)}
        </span>
        {cut ? (
          <More
            onClick={() => setWhole(true)}
          >{`… ${formatCount(value.length - STRING_AT_ONCE)} more characters`}</More>
        ) : null}
      </>
    )
  }
  if (value === undefined) return <span className="text-subtle-foreground">nothing</span>
  return <span className="text-json-literal">{JSON.stringify(value)}</span>
}

function More({ onClick, children }: { onClick: () => void; children: string }) {
  return (
    <button type="button" onClick={onClick} className="ml-4 rounded-sm px-1 text-primary hover:underline">
      {children}
    </button>
  )
}

function Key({ name }: { name: string }) {
  return (
    <>
      <span className="text-json-key">{JSON.stringify(name)}</span>
      <Punctuation>: </Punctuation>
    </>
  )
}

function Punctuation({ children }: { children: ReactNode }) {
  return <span className="text-subtle-foreground">{children}</span>
}

function isBranch(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** Nodes in a value, counted no further than `limit`. */
function sizeOf(value: unknown, limit: number): number {
  if (!isBranch(value)) return 1
  let size = 1
  for (const child of Object.values(value)) {
    size += sizeOf(child, limit - size)
    if (size >= limit) break
  }
  return size
}

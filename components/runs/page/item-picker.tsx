'use client'

import { useVirtualizer } from '@tanstack/react-virtual'
import { ChevronDown, ChevronLeft, ChevronRight } from 'lucide-react'
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/cn'
import { Input } from '@/components/ui/input'
import { Popover, PopoverAnchor, PopoverContent } from '@/components/ui/popover'
import { Segmented } from '@/components/ui/segmented'
import type { RunState } from '@/lib/engine/state'
import { failedItems, type ItemStatus, itemStatus, type Level } from './perspective'

export interface ItemPickerProps {
  state: RunState
  level: Level
  /** Name of the container. */
  name: string
  /** An index, or undefined for all items at once. */
  onPick: (index: number | undefined) => void
}

const WORDS: Record<ItemStatus, { label: string; dot: string }> = {
  waiting: { label: 'waiting', dot: 'bg-waiting' },
  running: { label: 'running', dot: 'bg-running' },
  succeeded: { label: 'succeeded', dot: 'bg-success' },
  failed: { label: 'failed', dot: 'bg-failure' },
  cancelled: { label: 'cancelled', dot: 'bg-cancelled' },
  queued: { label: 'not begun', dot: 'bg-border-strong' },
}

/** Which item of a container the graph and the panel show: all at once, or one of them. */
export function ItemPicker({ state, level, name, onPick }: ItemPickerProps) {
  const [open, setOpen] = useState(false)
  const { container, index } = level
  const word = container.kind === 'while' ? 'Turn' : 'Item'
  const count = container.kind === 'while' ? container.next : container.total
  const text = index === undefined ? `All ${count.toLocaleString()}` : `${word} ${(index + 1).toLocaleString()}`
  return (
    <div className="flex items-center gap-0.5 rounded-md border bg-card py-0.5 pr-0.5 pl-2.5 text-xs shadow-xs">
      <span className="max-w-36 truncate text-muted-foreground">{name}</span>
      <Popover open={open} onOpenChange={setOpen}>
        <PopoverAnchor asChild>
          <Button
            variant="ghost"
            size="xs"
            aria-haspopup="dialog"
            aria-expanded={open}
            aria-label={`${name}: ${text}. Choose what is shown`}
            onClick={() => setOpen(!open)}
          >
            <span className="font-medium tabular-nums">{text}</span>
            <ChevronDown aria-hidden />
          </Button>
        </PopoverAnchor>
        <PopoverContent align="start" aria-label={`${word}s of ${name}`} className="w-64 p-0">
          <ItemList
            state={state}
            level={level}
            word={word}
            onPick={(next) => {
              setOpen(false)
              onPick(next)
            }}
          />
        </PopoverContent>
      </Popover>
      {index === undefined ? null : (
        <>
          <Button
            variant="ghost"
            size="icon-xs"
            aria-label={`${word} before`}
            disabled={index === 0}
            onClick={() => onPick(index - 1)}
          >
            <ChevronLeft aria-hidden />
          </Button>
          <Button
            variant="ghost"
            size="icon-xs"
            aria-label={`Next ${word.toLowerCase()}`}
            disabled={index + 1 >= count}
            onClick={() => onPick(index + 1)}
          >
            <ChevronRight aria-hidden />
          </Button>
        </>
      )}
    </div>
  )
}

const ROW_PX = 30
const FILTERS = ['all', 'open', 'failed'] as const

/** Thousands of items as a list of which only what is seen is drawn. */
function ItemList(props: Pick<ItemPickerProps, 'state' | 'level' | 'onPick'> & { word: string }) {
  const { state, level, word, onPick } = props
  const { container, index: chosen } = level
  const [filter, setFilter] = useState<(typeof FILTERS)[number]>('all')
  const [text, setText] = useState('')
  const [active, setActive] = useState(chosen === undefined ? -1 : chosen)
  const box = useRef<HTMLDivElement>(null)
  const count = container.kind === 'while' ? container.next : container.total
  const failed = useMemo(() => failedItems(container), [container])
  const shown = useMemo(() => {
    const wanted = Number(text.trim())
    if (text.trim() !== '') return Number.isInteger(wanted) && wanted >= 1 && wanted <= count ? [wanted - 1] : []
    const all = Array.from({ length: count }, (_, i) => i)
    if (filter === 'all') return all
    if (filter === 'failed') return all.filter((i) => failed.has(i))
    return all.filter((i) => ['waiting', 'running'].includes(itemStatus(state, container, i, failed)))
  }, [text, filter, count, state, container, failed])
  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: 8,
  })
  useEffect(() => {
    if (chosen !== undefined) rows.scrollToIndex(chosen, { align: 'center' })
  }, [rows, chosen])
  const keys = (event: KeyboardEvent) => {
    const at = shown.indexOf(active)
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      const next = Math.max(0, Math.min(shown.length - 1, at + (event.key === 'ArrowDown' ? 1 : -1)))
      setActive(shown[next] ?? -1)
      rows.scrollToIndex(next)
    }
    if (event.key === 'Enter') {
      event.preventDefault()
      const only = shown.length === 1 ? shown[0] : undefined
      const picked = only ?? (at >= 0 ? shown[at] : undefined)
      if (picked !== undefined) onPick(picked)
    }
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys of the list work from its search field too
    <div onKeyDown={keys}>
      <div className="grid gap-2 border-b p-2">
        <Input
          autoFocus
          inputMode="numeric"
          aria-label={`Number of the ${word.toLowerCase()}`}
          placeholder={`Number, 1 to ${count.toLocaleString()}`}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Segmented
          label={`Which ${word.toLowerCase()}s`}
          value={filter}
          onValueChange={(next) => setFilter(next as (typeof FILTERS)[number])}
          options={[
            { value: 'all', label: 'All' },
            { value: 'open', label: 'Going on' },
            { value: 'failed', label: `Failed ${failed.size || ''}`.trim() },
          ]}
        />
      </div>
      <button
        type="button"
        onClick={() => onPick(undefined)}
        className={cn('w-full border-b px-3 py-1.5 text-left text-sm hover:bg-accent', chosen ?? 'font-medium')}
      >
        All at once
      </button>
      <div ref={box} role="listbox" aria-label={`${word}s`} className="h-60 overflow-y-auto">
        {shown.length === 0 ? (
          <p className="p-4 text-center text-muted-foreground text-sm">None.</p>
        ) : (
          <div className="relative" style={{ height: rows.getTotalSize() }}>
            {rows.getVirtualItems().map((row) => {
              const index = shown[row.index] ?? 0
              const { label, dot } = WORDS[itemStatus(state, container, index, failed)]
              return (
                <button
                  key={index}
                  type="button"
                  role="option"
                  aria-selected={index === chosen}
                  tabIndex={-1}
                  data-active={index === active || undefined}
                  onClick={() => onPick(index)}
                  className="absolute inset-x-0 flex items-center gap-2 px-3 text-left text-sm hover:bg-accent aria-selected:font-medium data-active:bg-accent"
                  style={{ height: ROW_PX, transform: `translateY(${row.start}px)` }}
                >
                  <span aria-hidden className={cn('size-1.5 rounded-full', dot)} />
                  <span className="tabular-nums">
                    {word} {(index + 1).toLocaleString()}
                  </span>
                  <span className="ml-auto text-muted-foreground text-xs">{label}</span>
                </button>
              )
            })}
          </div>
        )}
      </div>
    </div>
  )
}
